import { expect } from '@jest/globals';
import fc from 'fast-check';
import { AnswerCheck } from './answer-check.js';
import { ApiDocument } from './api-document.js';
import type { Client } from './client.js';
import { type GeneratedRequest, requests } from './generated-requests.js';
import { PASSWORD, type Person, type World } from './world.js';

/** The same requests every time: what they find is to be found again. */
const SEED = 20_261_124;

/** For the service: those who are signed in again after each change of themselves are not to be limited. */
export const FREQUENT_LOGINS = {
  LOGIN_FAILURES_PER_ACCOUNT_AND_ADDRESS: '100000',
  LOGIN_FAILURES_PER_ACCOUNT: '100000',
  LOGIN_FAILURES_PER_ADDRESS: '100000',
};

/**
 * Sends generated requests to a service that has products and orders, and checks each answer: no
 * server error, and, as for every answer, nothing that the description does not say.
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
    // Every answer is checked; here a fault shows the request that it is the answer to.
    expect(check.faults(operation.method, path, answer)).toEqual([]);
    expect(answer.status).toBeLessThan(500);
    // What was generated may have been to demote or deactivate who sends the rest.
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
  // The example of the description.
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
