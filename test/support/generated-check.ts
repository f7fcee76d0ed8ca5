import { expect } from '@jest/globals';
import fc from 'fast-check';
import { ApiDocument } from './api-document.js';
import type { Client } from './client.js';
import { type GeneratedRequest, requests } from './generated-requests.js';
import type { World } from './world.js';

/**
 * Sends generated requests to a service that has products and orders, and checks each answer: no
 * server error, a described status, a body valid against its schema.
 * @returns how often each operation answered with each status.
 */
export async function checkGenerated(given: World, runs: number): Promise<Map<string, number>> {
  const document = await ApiDocument.read(given.anyone);
  const clients = await seed(given);
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
    expect(document.faults(operation, answer)).toEqual([]);
    expect(answer.status).toBeLessThan(500);
  });
  await fc.assert(property, { numRuns: runs, endOnFailure: true });
  return seen;
}

async function seed(given: World): Promise<Record<GeneratedRequest['caller'], Client>> {
  const [admin, customer] = [await given.admin(), await given.customer()];
  // The example of the description.
  await given.anyone.post('/register', { username: 'customer1', password: '1234' });
  for (let n = 0; n < 15; n += 1) {
    const { id } = await given.product({ stock: 1_000_000 });
    await given.order(customer, { [id]: 1 });
  }
  return {
    nobody: given.anyone,
    customer: customer.client,
    admin: admin.client,
    'a liar': given.anyone.as('eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.'),
  };
}
