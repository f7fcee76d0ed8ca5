import { describe, expect, it } from '@jest/globals';
import type { ListBody, OrderBody, ProblemBody, ProductBody } from './support/api-types.js';
import { until } from './support/database.js';
import { brief, expectChain, MovementDesk } from './support/movements.js';
import { type Person, succeeded, useWorld } from './support/world.js';

const given = useWorld();
const movements = new MovementDesk(given);

// Guarantees that the movements of a product explain its stock.
describe('GET /products/{id}/stock-movements', () => {
  it('lists what was put in, sold, corrected and returned, by whom and when, with the running balance', async () => {
    const lamp = await given.product({ stock: 10 });
    const [buyer, admin] = [await given.customer(), await given.admin()];
    const first = await given.order(buyer, { [lamp.id]: 3 });
    const second = await given.order(buyer, { [lamp.id]: 2 });
    await movements.changeStock(lamp, { stock_delta: 7 });
    await admin.client.patch(`/orders/${first.id}/confirm`);
    const cancelled = await admin.client.patch<OrderBody>(`/orders/${first.id}/cancel`, { reason: 'broken' });
    const seen = await admin.client.get(`/products/${lamp.id}`);
    await movements.changeStock(lamp, { stock_quantity: 4 }, { 'if-match': seen.headers.get('etag') ?? '' });
    await movements.changeStock(lamp, { name: 'Still the lamp', stock_delta: 0 });

    const { status, body } = await movements.list(lamp);

    expect(status).toBe(200);
    expect(body.data).toMatchObject([
      { kind: 'CORRECTED', quantity: -11, balance: 4, order_id: null, user_id: admin.id },
      { kind: 'RETURNED', quantity: 3, balance: 15, order_id: first.id, user_id: admin.id },
      { kind: 'CORRECTED', quantity: 7, balance: 12, order_id: null, user_id: admin.id },
      { kind: 'SOLD', quantity: -2, balance: 5, order_id: second.id, user_id: buyer.id },
      { kind: 'SOLD', quantity: -3, balance: 7, order_id: first.id, user_id: buyer.id },
      { kind: 'PUT_IN', quantity: 10, balance: 10, order_id: null, user_id: admin.id },
    ]);
    expect(body.data[1]?.occurred_at).toBe(cancelled.body.updated_at);
    expect(body.data[3]?.occurred_at).toBe(second.created_at);
    expect(body.data[5]?.occurred_at).toBe(lamp.created_at);
    const times = body.data.map(({ occurred_at }) => occurred_at);
    expect(times).toEqual([...times].sort().reverse());
    expectChain(body.data);
    expect(await given.database.stockOf(lamp)).toBe(4);
    expect((await admin.client.get('/audit/stock')).body).toMatchObject({ balanced: true });
  });

  it('keeps products apart: an order of two has a movement in each', async () => {
    const [lamp, desk] = [await given.product({ stock: 5 }), await given.product({ stock: 6 })];
    const buyer = await given.customer();
    const order = await given.order(buyer, { [lamp.id]: 1, [desk.id]: 2 });
    await buyer.client.patch(`/orders/${order.id}/cancel`);

    expect((await movements.rows(lamp)).map(brief)).toEqual([
      ['RETURNED', 1, 5],
      ['SOLD', -1, 4],
      ['PUT_IN', 5, 5],
    ]);
    expect((await movements.rows(desk)).map(brief)).toEqual([
      ['RETURNED', 2, 6],
      ['SOLD', -2, 4],
      ['PUT_IN', 6, 6],
    ]);
  });

  it('is empty for a product that never had stock, and works for inactive ones', async () => {
    const lamp = await given.product({ stock: 0 });
    await movements.changeStock(lamp, { is_active: false });

    const empty = await movements.list(lamp);
    await movements.changeStock(lamp, { stock_delta: 1 });

    expect(empty.body).toMatchObject({ data: [], pagination: { total: 0, next_cursor: null } });
    expect((await movements.rows(lamp)).map(brief)).toEqual([['CORRECTED', 1, 1]]);
  });

  it('is for admins, and answers 404 for a product that does not exist', async () => {
    const lamp = await given.product();
    const buyer = await given.customer();
    const path = `/products/${lamp.id}/stock-movements`;

    const unknown = await movements.list({ id: 2_000_000_000 });

    expect((await given.anyone.get(path)).status).toBe(401);
    expect((await buyer.client.get(path)).status).toBe(403);
    expect(unknown.body).toMatchObject({ status: 404, code: 'product-not-found', product_ids: [2e9] });
  });

  it('shows that at most a billion units can be taken out at once, however many were returned', async () => {
    const lamp = await given.product({ stock: 1_000_000_000 });
    const { client } = await given.admin();
    await given.database.rows(
      `WITH adjusted AS (INSERT INTO stock_adjustments (product_id, quantity) VALUES ($1, 1000000000), ($1, 1000000000))
       UPDATE products SET stock_quantity = 3000000000 WHERE id = $1`,
      [lamp.id],
    );
    const path = `/products/${lamp.id}`;
    const version = (await client.get(path)).headers.get('etag') ?? '';

    const all = await client.patch<ProblemBody>(
      path,
      { stock_quantity: 0 },
      { headers: { 'if-match': version } },
    );
    const some = await client.patch<ProductBody>(path, { stock_delta: -1_000_000_000 });
    const movements = await client.get<ListBody<{ balance: number }>>(`${path}/stock-movements`);

    expect(all.body).toMatchObject({
      status: 422,
      errors: [{ pointer: '/stock_quantity', code: 'too-small' }],
    });
    expect(some.body.stock_quantity).toBe(2_000_000_000);
    expect(movements.body.data.map(({ balance }) => balance)).toEqual([2e9, 3e9, 2e9, 1e9]);
  });
});

// Guarantees that movements are in the order in which they happened, so that every balance was once true.
describe('movements that wait for each other', () => {
  it.each([
    { kind: 'SOLD', quantity: -1, act: (buyer: Person, lamp: number) => buyer.places({ [lamp]: 1 }) },
    {
      kind: 'RETURNED',
      quantity: 1,
      act: (buyer: Person, _lamp: number, order: number) => buyer.client.patch(`/orders/${order}/cancel`),
    },
  ])('come in order: $kind after the correction that it waited for', async ({ kind, quantity, act }) => {
    const lamp = await given.product({ stock: 1 });
    const buyer = await given.customer();
    const order = await given.order(buyer, { [lamp.id]: 1 });
    const session = await given.database.session();
    await session.query('BEGIN');
    await session.query('SELECT 1 FROM products WHERE id = $1 FOR UPDATE', [lamp.id]);

    const waiting = act(buyer, lamp.id, order.id);
    await until('it waits', async () => (await given.database.waitingForLocks()) > 0);
    await session.query(
      `INSERT INTO stock_adjustments (product_id, quantity, created_at) VALUES (${lamp.id}, 1, clock_timestamp());
       UPDATE products SET stock_quantity = 1 WHERE id = ${lamp.id};
       COMMIT`,
    );
    session.release();

    expect(succeeded(await waiting)).toBe(true);
    expect((await movements.rows(lamp)).map(brief)).toEqual([
      [kind, quantity, 1 + quantity],
      ['CORRECTED', 1, 1],
      ['SOLD', -1, 0],
      ['PUT_IN', 1, 1],
    ]);
  });

  it('come in order: a correction after the sale that it waited for', async () => {
    const lamp = await given.product({ stock: 2 });
    const buyer = await given.customer();
    const session = await given.database.session();
    await session.query('BEGIN');
    await session.query('SELECT 1 FROM products WHERE id = $1 FOR UPDATE', [lamp.id]);

    const correction = movements.changeStock(lamp, { stock_delta: -1 });
    await until('the correction waits', async () => (await given.database.waitingForLocks()) > 0);
    await session.query(
      `WITH placed AS (
         INSERT INTO orders (customer_id, status, total_minor, placement_key, created_at)
         VALUES (${buyer.id}, 'PENDING', 100, 'from outside', clock_timestamp()) RETURNING id)
       INSERT INTO order_items SELECT id, ${lamp.id}, 'Lamp', 1, 100 FROM placed;
       UPDATE products SET stock_quantity = 1 WHERE id = ${lamp.id};
       COMMIT`,
    );
    session.release();
    await correction;

    expect((await movements.rows(lamp)).map(brief)).toEqual([
      ['CORRECTED', -1, 0],
      ['SOLD', -1, 1],
      ['PUT_IN', 2, 2],
    ]);
  });

  it('come in order: a return after the sale that happened while its order was locked', async () => {
    const lamp = await given.product({ stock: 2 });
    const buyer = await given.customer();
    const order = await given.order(buyer, { [lamp.id]: 1 });
    const session = await given.database.session();
    await session.query('BEGIN');
    await session.query('SELECT 1 FROM orders WHERE id = $1 FOR UPDATE', [order.id]);

    const cancel = buyer.client.patch(`/orders/${order.id}/cancel`);
    await until('the cancel waits', async () => (await given.database.waitingForLocks()) > 0);
    await given.order(buyer, { [lamp.id]: 1 });
    await session.query('COMMIT');
    session.release();

    expect((await cancel).status).toBe(200);
    expect((await movements.rows(lamp)).map(brief)).toEqual([
      ['RETURNED', 1, 1],
      ['SOLD', -1, 0],
      ['SOLD', -1, 1],
      ['PUT_IN', 2, 2],
    ]);
  });
});
