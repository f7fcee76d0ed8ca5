import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { OrderBody, ProblemBody, ProductBody } from './support/api-types.js';
import type { Client } from './support/client.js';
import { countOf } from './support/drops.js';
import { RACES, raceEach } from './support/races.js';
import type { ServiceProcess } from './support/service-process.js';
import { asItems, type Person, refusedWith, succeeded, useWorld } from './support/world.js';

const STOCK = 1_000;
const beyond = refusedWith('purchase-limit-exceeded');

jest.setTimeout(120_000);

const given = useWorld();

type Id = { readonly id: number };

let second: ServiceProcess;
/** Each customer as a client of the first process and of the second one. */
let buyers: { readonly person: Person; readonly clients: readonly [Client, Client] }[];

beforeAll(async () => {
  second = await given.secondService();
  const people = await given.customers(10);
  buyers = people.map((person) => ({
    person,
    clients: [person.client, given.clientOf(second, person)] as const,
  }));
});
afterAll(() => second.stop());

/** Runs races, each with its own product. @param columns SQL that sets columns of all these products. */
async function race(columns: string, run: (lamp: Id, index: number) => Promise<void>): Promise<void> {
  const ids = await given.database.addProducts(RACES, STOCK);
  await given.database.rows(`UPDATE products SET ${columns} WHERE id = ANY ($1)`, [ids]);
  await raceEach(
    ids.map((id) => ({ id })),
    run,
  );
}

const buyerOf = (index: number) => buyers[index % buyers.length] as (typeof buyers)[number];

const buy = (client: Client, { id }: Id, quantity = 1, headers: Record<string, string> = {}) =>
  client.post<OrderBody & ProblemBody>('/orders', { items: asItems({ [id]: quantity }) }, { headers });

const changeLamp = async ({ id }: Id, body: object) =>
  given.clientOf(second, await given.admin()).patch<ProductBody>(`/products/${id}`, body);

// Guarantees that limits per customer hold on all processes
// together, and that nobody loses an allowance in a race.
describe(`at a limit per customer, on two processes, ${RACES} times over`, () => {
  it('customers who order again and again get exactly their limit', async () => {
    await race('max_per_customer = 2', async (lamp, index) => {
      const asking = [buyerOf(index), buyerOf(index + 1)].flatMap(({ clients }) => [...clients, ...clients]);
      const answers = await Promise.all(asking.map((client) => buy(client, lamp)));

      expect([answers.filter(succeeded).length, answers.filter(beyond).length]).toEqual([4, 4]);
      expect(await given.database.stockOf(lamp)).toBe(STOCK - 4);
    });
  });

  it('a cancelled order frees its allowance for later orders only', async () => {
    await race('max_per_customer = 2', async (lamp, index) => {
      const { person, clients } = buyerOf(index);
      const order = await given.order(person, { [lamp.id]: 2 });

      const cancel = (client: Client) => client.patch(`/orders/${order.id}/cancel`);
      const [cancelled, again, bought] = await Promise.all([
        cancel(clients[1]),
        cancel(clients[0]),
        buy(clients[0], lamp, 2),
      ]);

      const pieces = succeeded(bought) ? 2 : 0;
      expect([cancelled, again].filter(succeeded)).toHaveLength(1);
      expect(succeeded(bought) || beyond(bought)).toBe(true);
      expect(await countOf(given, lamp, person)).toBe(pieces);
      expect(await given.database.stockOf(lamp)).toBe(STOCK - pieces);
    });
  });

  it('retries with the same key count once, and all of them get the order', async () => {
    await race('max_per_customer = 2', async (lamp, index) => {
      const { person, clients } = buyerOf(index);
      const retries = [...clients, ...clients].map((client) =>
        buy(client, lamp, 2, { 'idempotency-key': `drop-${lamp.id}` }),
      );
      const answers = await Promise.all(retries);

      expect(answers.filter(succeeded)).toHaveLength(4);
      expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
      expect(await countOf(given, lamp, person)).toBe(2);
    });
  });

  it('a limit lowered below past purchases takes nothing away and refuses new orders', async () => {
    await race('max_per_customer = 5', async (lamp, index) => {
      const { person, clients } = buyerOf(index);
      await given.order(person, { [lamp.id]: 3 });

      const [changed, bought] = await Promise.all([
        changeLamp(lamp, { max_per_customer: 2 }),
        buy(clients[0], lamp),
      ]);
      const next = await buy(clients[1], lamp);

      const pieces = succeeded(bought) ? 4 : 3;
      expect(changed.status).toBe(200);
      expect(succeeded(bought) || beyond(bought)).toBe(true);
      expect(next.body).toMatchObject({ lines: [{ max_per_customer: 2, already_ordered: pieces }] });
      expect(await countOf(given, lamp, person)).toBe(pieces);
    });
  });

  it('a limit set while orders are placed and cancelled counts all of them', async () => {
    await race('max_per_customer = NULL', async (lamp, index) => {
      const { person, clients } = buyerOf(index);
      const order = await given.order(person, { [lamp.id]: 1 });

      const buying = [...clients, ...clients].map((client) => buy(client, lamp));
      const cancelling = clients[1].patch(`/orders/${order.id}/cancel`);
      const [changed, cancelled] = [await changeLamp(lamp, { max_per_customer: 2 }), await cancelling];
      const bought = (await Promise.all(buying)).filter(succeeded).length;
      const next = await buy(clients[0], lamp, 2);

      expect([changed.status, cancelled.status]).toEqual([200, 200]);
      expect(await countOf(given, lamp, person)).toBe(bought + (succeeded(next) ? 2 : 0));
      expect(succeeded(next)).toBe(bought === 0);
      expect(await given.database.stockOf(lamp)).toBe(STOCK - bought - (succeeded(next) ? 2 : 0));
    });
  });

  it('a limit removed and set again while orders are placed counts all of them', async () => {
    await race('max_per_customer = 1', async (lamp, index) => {
      const { person, clients } = buyerOf(index);

      const buying = [...clients, ...clients].map((client) => buy(client, lamp));
      const changes = [
        await changeLamp(lamp, { max_per_customer: null }),
        await changeLamp(lamp, { max_per_customer: 1 }),
      ];
      const bought = (await Promise.all(buying)).filter(succeeded).length;
      const next = await buy(clients[0], lamp);

      expect(changes.map(({ status }) => status)).toEqual([200, 200]);
      expect(bought).toBeGreaterThan(0);
      expect(next.body).toMatchObject({ lines: [{ max_per_customer: 1, already_ordered: bought }] });
      expect(await countOf(given, lamp, person)).toBe(bought);
      expect(await given.database.stockOf(lamp)).toBe(STOCK - bought);
    });
  });
});

describe('at a limit of 2, on two processes', () => {
  it('10 customers with 100 requests each get exactly 20 units', async () => {
    const lamp = await given.product({ stock: STOCK, max_per_customer: 2 });
    const asking = buyers.map(async ({ clients }) => {
      const answers = [];
      for (let round = 0; round < 10; round += 1) {
        const ten = Array.from({ length: 10 }, (_, index) => buy(clients[index % 2] as Client, lamp));
        answers.push(...(await Promise.all(ten)));
      }
      return answers;
    });
    const answers = (await Promise.all(asking)).flat();

    expect(answers.filter(succeeded)).toHaveLength(20);
    expect(answers.filter(beyond)).toHaveLength(980);
    expect(await given.database.stockOf(lamp)).toBe(STOCK - 20);
  });
});

// Guarantees that start and end of a sale are exact, even if orders are placed while they move.
describe(`at the start and end of a sale, on two processes, ${RACES} times over`, () => {
  /** Moves the start or end of the sale to this moment, and returns the stock of this moment. */
  const moveNow = async (edge: 'sale_starts_at' | 'sale_ends_at', { id }: Id) => {
    const [row] = await given.database.rows<{ stock: number }>(
      `UPDATE products SET ${edge} = clock_timestamp() - interval '2 ms'
        WHERE id = $1 RETURNING stock_quantity::integer AS stock`,
      [id],
    );
    return row?.stock;
  };

  it.each([
    ['sale_starts_at', `'9999-01-01'`, 201],
    ['sale_ends_at', 'NULL', 409],
  ] as const)(
    'nothing is sold before the one or after the other when %s moves',
    async (edge, before, last) => {
      await race(`${edge} = ${before}`, async (lamp, index) => {
        const buying = buyerOf(index).clients.flatMap((client) => [buy(client, lamp), buy(client, lamp)]);
        const stockThen = await moveNow(edge, lamp);
        const answers = await Promise.all(buying);
        const next = await buy(buyerOf(index).clients[1], lamp);

        const sold = [...answers, next].filter(succeeded).length;
        expect(next.status).toBe(last);
        expect(answers.every((one) => succeeded(one) || refusedWith('not-on-sale')(one))).toBe(true);
        expect(await given.database.stockOf(lamp)).toBe(STOCK - sold);
        expect(stockThen).toBe(edge === 'sale_starts_at' ? STOCK : STOCK - sold);
      });
    },
  );
});
