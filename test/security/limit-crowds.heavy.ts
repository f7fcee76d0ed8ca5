import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from '../support/client.js';
import { RACES, raceEach } from '../support/races.js';
import type { ServiceProcess } from '../support/service-process.js';
import { useWorld } from '../support/world.js';

const STOCK = 1_000;

const given = useWorld();

let second: ServiceProcess;
/** Each of ten customers as a client of the first process and of the second one. */
let customers: readonly (readonly [Client, Client])[];

beforeAll(async () => {
  second = await given.secondService();
  const people = await given.customers(10);
  // The 200,000 responses are not compared with the description; other tests do that.
  const clientOf = ({ url }: ServiceProcess, token?: string) => new Client(() => url, token, false);
  customers = people.map(({ client: { token } }) => [
    clientOf(given.service, token),
    clientOf(second, token),
  ]);
});
afterAll(() => second.stop());

/** The statuses of a customer's 100 requests for one unit, ten at a time, half of them on each process. */
async function askAgainAndAgain(clients: readonly [Client, Client], id: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let round = 0; round < 10; round += 1) {
    const ten = Array.from({ length: 10 }, (_, index) =>
      (clients[index % 2] as Client).post('/orders', { items: [{ product_id: id, quantity: 1 }] }),
    );
    statuses.push(...(await Promise.all(ten)).map(({ status }) => status));
  }
  return statuses;
}

// Guarantees limits per customer with many crowds; drop-races.spec.ts has one.
describe(`at a limit of 2, on two processes, ${RACES} times over`, () => {
  it('10 customers with 100 requests each get exactly 20 units', async () => {
    const ids = await given.database.addProducts(RACES, STOCK);
    await given.database.rows('UPDATE products SET max_per_customer = 2');

    await raceEach(ids, async (id) => {
      const statuses = (await Promise.all(customers.map((clients) => askAgainAndAgain(clients, id)))).flat();

      expect(statuses.filter((status) => status === 201)).toHaveLength(20);
      expect(statuses.filter((status) => status === 409)).toHaveLength(980);
      expect(await given.database.stockOf({ id })).toBe(STOCK - 20);
    });
  });
});
