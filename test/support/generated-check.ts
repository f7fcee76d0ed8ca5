import { expect } from '@jest/globals';
import fc from 'fast-check';
import { AnswerCheck } from './answer-check.js';
import { ApiDocument } from './api-document.js';
import type { Client } from './client.js';
import { type GeneratedRequest, requests } from './generated-requests.js';
import { PASSWORD, type Person, type World } from './world.js';

/** A fixed seed, so that the same requests find the same faults again. */
const SEED = 20_261_124;

/** High limits, because users have to sign in again after each change of themselves. */
export const FREQUENT_LOGINS = {
  LOGIN_FAILURES_PER_ACCOUNT_AND_ADDRESS: '100000',
  LOGIN_FAILURES_PER_ACCOUNT: '100000',
  LOGIN_FAILURES_PER_ADDRESS: '100000',
};

/**
 * Sends generated requests to a service with products and orders. No response may be a server
 * error, and each must match the description.
 * @returns how often each operation answered with each status.
 */
export async function checkGenerated(given: World, runs: number): Promise<Map<string, number>> {
  const [document, check] = [ApiDocument.read(), new AnswerCheck()];
  const people = await seed(given);
  let clients = await signIn(given, people);
  const seen = new Map<string, number>();
  const property = fc.asyncProperty(requests(document), async (request) => {
    const { operation, path, headers, body } = request;
    const client = clients[request.caller];
    const answer = await client.call(operation.method, path, {
      headers,
      ...(body === undefined ? {} : { body }),
    });
    const key = `${operation.name} ${answer.status}`;
    seen.set(key, (seen.get(key) ?? 0) + 1);
    // Every response is checked anyway; this check also shows the request.
    expect(check.faults(operation.method, path, answer)).toEqual([]);
    expect(answer.status).toBeLessThan(500);
    // A generated request may have demoted or deactivated the sender of the other requests.
    if (operation.name === 'PATCH /users/{id}' && answer.status === 200)
      clients = await signIn(given, people);
  });
  await fc.assert(property, { numRuns: runs, endOnFailure: true, seed: SEED });
  return seen;
}

interface People {
  readonly admin: Person;
  readonly customer: Person;
}

async function seed(given: World): Promise<People> {
  const [admin, customer] = [await given.admin(), await given.customer()];
  // The user in the example of the description.
  await given.anyone.post('/register', { username: 'customer1', password: '1234' });
  for (let n = 0; n < 15; n += 1) {
    const { id } = await given.product({ stock: 1_000_000 });
    await given.order(customer, { [id]: 1 });
  }
  return { admin, customer };
}

async function signIn(given: World, people: People): Promise<Record<GeneratedRequest['caller'], Client>> {
  for (const { id, role } of Object.values(people)) {
    await given.database.rows('UPDATE users SET role = $2, is_active = true WHERE id = $1', [id, role]);
  }
  return {
    nobody: given.anyone,
    customer: await given.signIn(people.customer.username, PASSWORD),
    admin: await given.signIn(people.admin.username, PASSWORD),
    'a liar': given.anyone.as('eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.'),
  };
}
