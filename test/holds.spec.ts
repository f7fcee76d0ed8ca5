import { describe, expect, it } from '@jest/globals';
import type { HistoryBody, ListBody, MovementBody, OrderBody, ProductBody } from './support/api-types.js';
import { Client } from './support/client.js';
import { until } from './support/database.js';
import { addExpired, expire, keepFromSweeping, statusesOf } from './support/holds.js';
import { MetricsPage } from './support/metrics-page.js';
import { asItems, type Person, useWorld } from './support/world.js';

const TTL = 3600;
const given = useWorld({ PENDING_ORDER_TTL: String(TTL), METRICS_PORT: '0' });
const operations = Client.ofOperations(() => given.service.operationsUrl);

const isCancelled = (order: { id: number }) => async () =>
  (await statusesOf(given.database, [order]))[0]?.status === 'CANCELLED';

const historyOf = async ({ client }: Person, { id }: { id: number }) =>
  (await client.get<HistoryBody>(`/orders/${id}/history`)).body.events;

/** A product whose whole stock is held by one order. */
async function soldOut(stock = 1) {
  const [buyer, lamp] = [await given.customer(), await given.product({ stock })];
  return { buyer, lamp, order: await given.order(buyer, { [lamp.id]: stock }) };
}

// Guarantees that an order tells how long it holds its stock, by the clock of the database.
describe('PENDING_ORDER_TTL', () => {
  it('gives every order an expires_at, the same in every response, even after it is confirmed', async () => {
    const { buyer, order } = await soldOut();
    const admin = await given.admin();

    const read = await buyer.client.get<OrderBody>(`/orders/${order.id}`);
    const listed = await buyer.client.get<ListBody<OrderBody>>('/orders');
    const confirmed = await admin.client.patch<OrderBody>(`/orders/${order.id}/confirm`);

    expect(Date.parse(order.expires_at ?? '') - Date.parse(order.created_at)).toBe(TTL * 1000);
    expect(read.body).toEqual(order);
    expect(listed.body.data).toEqual([order]);
    expect(confirmed.body).toMatchObject({ status: 'CONFIRMED', expires_at: order.expires_at });
  });

  it('never expires orders if it is 0, the default, and leaves earlier orders their expires_at', async () => {
    const { buyer, lamp, order } = await soldOut();
    const other = await given.secondService({ PENDING_ORDER_TTL: '' });
    const elsewhere = given.clientOf(other, buyer);
    const sweeping = await keepFromSweeping(given.database);

    const seen = await elsewhere.get<OrderBody>(`/orders/${order.id}`);
    const unlimited = await elsewhere.post<OrderBody>('/orders', {
      items: asItems({ [(await given.product()).id]: 1 }),
    });
    await expire(given.database, order);
    const bought = await elsewhere.post<OrderBody>('/orders', { items: asItems({ [lamp.id]: 1 }) });
    await sweeping.release();
    await other.stop();

    expect(seen.body.expires_at).toBe(order.expires_at);
    expect(unlimited.body.expires_at).toBeNull();
    expect([bought.status, bought.body.expires_at]).toEqual([201, null]);
  });
});

// Guarantees that expired orders are cancelled without a user, and that their stock comes back once.
describe('the sweep of expired orders', () => {
  it('cancels an order, returns its stock, and shows it in its history and the stock movements', async () => {
    const { buyer, lamp, order } = await soldOut(3);
    const { client } = await given.admin();

    await expire(given.database, order);
    await until('it is cancelled', isCancelled(order));

    const after = await buyer.client.get<OrderBody>(`/orders/${order.id}`);
    const product = await client.get<ProductBody>(`/products/${lamp.id}`);
    const movements = await client.get<ListBody<MovementBody>>(`/products/${lamp.id}/stock-movements`);
    const times = { occurred_at: after.body.updated_at };
    expect(after.headers.get('etag')).toBe('"2"');
    expect([product.headers.get('etag'), product.body.stock_quantity]).toEqual(['"3"', 3]);
    expect(product.body.updated_at).toBe(after.body.updated_at);
    expect(await historyOf(buyer, order)).toEqual([
      { event: 'PLACED', occurred_at: order.created_at, user_id: buyer.id, reason: null },
      { event: 'EXPIRED', ...times, user_id: null, reason: null },
    ]);
    expect(movements.body.data[0]).toEqual({
      kind: 'EXPIRED',
      quantity: 3,
      balance: 3,
      order_id: order.id,
      user_id: null,
      reason: null,
      reference: null,
      ...times,
    });
  });

  it('has metrics for the number of expired orders and for how long the oldest is overdue', async () => {
    const series = async (name: string) => new MetricsPage((await operations.get('/metrics')).text).sum(name);
    const before = await series('orders_expired_total');
    const { buyer, lamp } = await soldOut();
    const sweeping = await keepFromSweeping(given.database);
    await addExpired(given.database, buyer, lamp, 3);

    await until('it is seen', async () => (await series('orders_overdue_seconds')) >= TTL);
    const counted = (await series('orders_expired_total')) - before;
    await sweeping.release();
    await until('nothing is left', async () => (await series('orders_overdue_seconds')) === 0);

    expect(counted).toBe(0);
    expect((await series('orders_expired_total')) - before).toBe(3);
  });

  it('answers a retry of an expired order with that order, and places no new one', async () => {
    const [buyer, lamp] = [await given.customer(), await given.product({ stock: 1 })];
    const place = () => buyer.places({ [lamp.id]: 1 }, { 'idempotency-key': 'once' });
    const { body: order } = await place();

    await expire(given.database, order);
    await until('it is cancelled', isCancelled(order));
    const [again, cancelled] = [await place(), await buyer.client.patch(`/orders/${order.id}/cancel`)];

    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
    expect(again.body).toMatchObject({ id: order.id, status: 'CANCELLED' });
    expect(cancelled.body).toMatchObject({ code: 'invalid-transition', current_status: 'CANCELLED' });
    expect(await given.database.stockOf(lamp)).toBe(1);
  });

  it('leaves orders that are confirmed or have time left', async () => {
    const [confirmed, early, late] = [await soldOut(), await soldOut(), await soldOut()];
    const { client } = await given.admin();
    await client.patch(`/orders/${confirmed.order.id}/confirm`);

    await expire(given.database, confirmed.order, late.order);
    await until('the late one is cancelled', isCancelled(late.order));

    const orders = [confirmed.order, early.order, late.order];
    const statuses = await statusesOf(given.database, orders);
    expect(statuses.map(({ status }) => status)).toEqual(['CONFIRMED', 'PENDING', 'CANCELLED']);
  });

  it('records CANCELLED, not EXPIRED, for an expired order that its owner cancels first', async () => {
    const { buyer, order } = await soldOut();
    const sweeping = await keepFromSweeping(given.database);
    await expire(given.database, order);

    await buyer.client.patch(`/orders/${order.id}/cancel`);
    await sweeping.release();

    expect((await historyOf(buyer, order)).map(({ event }) => event)).toEqual(['PLACED', 'CANCELLED']);
  });

  it('continues with other orders while an order or a product stays locked', async () => {
    const [first, second, third] = [await soldOut(), await soldOut(), await soldOut()];
    const sweeping = await keepFromSweeping(given.database);
    await expire(given.database, first.order, second.order, third.order);
    const outside = await given.database.session();
    await outside.query('BEGIN');
    await outside.query('SELECT FROM orders WHERE id = $1 FOR UPDATE', [first.order.id]);
    const held = await given.database.hold(second.lamp.id);

    await sweeping.release();
    await until('the free one is cancelled', isCancelled(third.order));
    const meanwhile = await statusesOf(given.database, [first.order, second.order]);
    await outside.query('ROLLBACK');
    outside.release();
    await held.release();

    expect(meanwhile).toEqual([{ status: 'PENDING' }, { status: 'PENDING' }]);
    await until('the first one is cancelled', isCancelled(first.order));
    await until('the second one is cancelled', isCancelled(second.order));
  });

  it('skips the orders of a locked product even if they fill a whole batch', async () => {
    const held = await soldOut();
    const free = await soldOut();
    await addExpired(given.database, held.buyer, held.lamp, 250);
    const hold = await given.database.hold(held.lamp.id);

    await expire(given.database, free.order);
    await until('the free one is cancelled', isCancelled(free.order));
    await hold.release();

    await until('the others are cancelled', async () => (await given.database.stockOf(held.lamp)) === 250);
  });

  it('cancels all large baskets, a few in each transaction', async () => {
    const products = await given.database.addProducts(700, 4);
    const buyer = await given.customer();
    const basket = Object.fromEntries(products.map((id) => [id, 1]));
    const orders = await Promise.all([1, 2, 3, 4].map(() => given.order(buyer, basket)));

    await expire(given.database, ...orders);
    for (const order of orders) await until('it is cancelled', isCancelled(order));

    const stocks = await given.database.rows(
      'SELECT DISTINCT stock_quantity FROM products WHERE id = ANY ($1)',
      [products],
    );
    expect(stocks).toEqual([{ stock_quantity: 4 }]);
  });
});
