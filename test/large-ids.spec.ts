import { describe, expect, it } from '@jest/globals';
import type { ProductBody } from './support/api-types.js';
import { tradingDay } from './support/trading-day.js';
import { asItems, useWorld } from './support/world.js';

const LAST_ID = Number.MAX_SAFE_INTEGER;
const ROOM = 1_000;

const usual = useWorld();
const given = useWorld();

/** Moves the sequences close to the largest id that the API can represent. */
async function useUpIds(): Promise<void> {
  await given.database.rows(
    `SELECT setval(pg_get_serial_sequence(table_name, 'id'), $1)
       FROM unnest(ARRAY['users', 'products', 'orders', 'stock_adjustments', 'stock_returns']) AS table_name`,
    [LAST_ID - ROOM],
  );
}

// Guarantees that the whole API works with ids just below 2^53 as it does with small ones.
describe('ids of 64 bits', () => {
  it('do not change any response', async () => {
    await useUpIds();

    const expected = await tradingDay(usual.anyone, (await usual.admin()).client, '1');
    const answers = await tradingDay(given.anyone, (await given.admin()).client, '1');

    expect(answers).toEqual(expected);
    expect(await given.database.value('SELECT min(id) FROM orders')).toBeGreaterThan(LAST_ID - ROOM);
    expect(await given.database.value('SELECT min(user_id) FROM sessions')).toBeGreaterThan(LAST_ID - ROOM);
  });

  it('are accepted up to 2^53 - 1 in paths, filters and bodies', async () => {
    const { client } = await given.admin();

    const answers = await Promise.all([
      client.get(`/orders/${LAST_ID}`),
      client.get(`/products/${LAST_ID}`),
      client.get(`/users/${LAST_ID}`),
      client.get(`/orders?customer_id=${LAST_ID}`),
      client.get(`/orders?product_id=${LAST_ID}`),
      client.post('/orders', { items: asItems({ [LAST_ID]: 1 }) }),
    ]);

    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 200, 200, 404]);
  });

  it('work for retries, both as the user’s id and as the id of what was created', async () => {
    const { client } = await given.admin();
    const options = { headers: { 'idempotency-key': 'lamp' } };
    const lamp = { name: 'Lamp', price: 10, stock_quantity: 1 };

    const first = await client.post<ProductBody>('/products', lamp, options);
    const again = await client.post<ProductBody>('/products', lamp, options);

    expect([first.status, again.status, again.headers.get('idempotency-replayed')]).toEqual([
      201,
      201,
      'true',
    ]);
    expect(again.body).toEqual(first.body);
  });

  it('include versions, so that a product can change more than 2^31 times', async () => {
    const lamp = await given.product({ stock: 5 });
    await given.database.rows('UPDATE products SET version = $1 WHERE id = $2', [2 ** 31 - 1, lamp.id]);
    const { client } = await given.admin();

    const placed = await (await given.customer()).places({ [lamp.id]: 1 });
    const seen = await client.get<ProductBody>(`/products/${lamp.id}`);

    expect([placed.status, seen.body.stock_quantity]).toEqual([201, 4]);
    expect(seen.headers.get('etag')).toBe(`"${2 ** 31}"`);
  });
});
