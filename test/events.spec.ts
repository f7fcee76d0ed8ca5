import { describe, expect, it } from '@jest/globals';
import type { EventListBody, OrderBody, ProblemBody, ProductBody } from './support/api-types.js';
import { eventsAfter, lastEvent, replay } from './support/events.js';
import { expire } from './support/holds.js';
import { until } from './support/database.js';
import { useWorld, withWorld } from './support/world.js';

const given = useWorld({ PENDING_ORDER_TTL: '3600' });

// Guarantees that the log holds everything that happened, once, in order, as it was then.
describe('GET /events', () => {
  it('lists everything that happens to products and orders, in order, with the resource as it was then', async () => {
    const [{ client: admin }, buyer] = [await given.admin(), await given.customer()];
    const start = await lastEvent(admin);
    const created = await given.product({ name: 'Lamp', stock: 10 });
    const path = `/products/${created.id}`;
    const renamed = await admin.patch<ProductBody>(path, { name: 'Light' });
    const restocked = await admin.patch<ProductBody>(path, { stock_delta: 5 });
    const both = await admin.patch<ProductBody>(path, { price: 12, stock_delta: -1 });
    const placed = await given.order(buyer, { [created.id]: 3 });
    const confirmed = await admin.patch<OrderBody>(`/orders/${placed.id}/confirm`);
    const cancelled = await buyer.client.patch<OrderBody>(`/orders/${placed.id}/cancel`);
    const forgotten = await given.order(buyer, { [created.id]: 1 });
    await expire(given.database, forgotten);
    await until('it has expired', async () => {
      const { body } = await admin.get<OrderBody>(`/orders/${forgotten.id}`);
      return body.status === 'CANCELLED';
    });

    const events = await eventsAfter(admin, start);

    expect(events.map(({ type }) => type)).toEqual([
      'product.created',
      'product.updated',
      'stock.adjusted',
      'product.updated',
      'stock.adjusted',
      'order.placed',
      'order.confirmed',
      'order.cancelled',
      'order.placed',
      'order.expired',
    ]);
    const data = events.map((event) => event.data);
    expect(data.slice(0, 8)).toEqual([
      created,
      renamed.body,
      restocked.body,
      both.body,
      both.body,
      placed,
      confirmed.body,
      cancelled.body,
    ]);
    expect(data[9]).toMatchObject({ id: forgotten.id, status: 'CANCELLED', items: forgotten.items });
    expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => start + index + 1));
    expect(events.map(({ occurred_at: at }) => at)).toEqual(data.map(({ updated_at: at }) => at));
  });

  it('ends a page of huge orders at 8 MiB, and the next page continues there', async () => {
    await withWorld({}, async (world) => {
      const [{ client: admin }, buyer] = [await world.admin(), await world.customer()];
      const ids = await world.database.addProducts(1_000, 100);
      await world.database.rows(`UPDATE products SET name = repeat('x', 200)`);
      const basket = Object.fromEntries(ids.map((id) => [id, 1]));
      const placed: number[] = [];
      for (let n = 0; n < 32; n += 1) placed.push((await world.order(buyer, basket)).id);

      const page = await admin.get<EventListBody>('/events?after=0&limit=1000');
      const rest = await eventsAfter(admin, page.body.pagination.next_after);

      expect(page.body.pagination.has_more).toBe(true);
      expect(JSON.stringify(page.body.data).length).toBeLessThan(9 * 1024 * 1024);
      expect([...page.body.data, ...rest].map(({ data }) => data.id)).toEqual(placed);
      expect(page.body.data.length).toBeLessThan(32);
    });
  });

  it('records nothing for requests that are refused or change nothing', async () => {
    const [{ client: admin }, buyer] = [await given.admin(), await given.customer()];
    const lamp = await given.product({ stock: 1 });
    const order = await given.order(buyer, { [lamp.id]: 1 });
    await admin.patch(`/orders/${order.id}/cancel`);
    const start = await lastEvent(admin);

    await buyer.places({ [lamp.id]: 2 });
    await admin.patch(`/orders/${order.id}/confirm`);
    await admin.patch(`/orders/${order.id}/cancel`);
    await admin.patch(`/products/${lamp.id}`, { stock_delta: -5 });
    await admin.patch(`/products/${lamp.id}`, {});

    expect(await eventsAfter(admin, start)).toEqual([]);
  });

  it('continues after the last id that the reader has, by page and by type', async () => {
    const { client: admin } = await given.admin();
    const buyer = await given.customer();
    const lamp = await given.product({ stock: 100 });
    const start = await lastEvent(admin);
    const orders = await Promise.all([1, 2, 3, 4, 5].map(() => given.order(buyer, { [lamp.id]: 1 })));
    await admin.patch(`/products/${lamp.id}`, { price: 11 });
    await admin.patch(`/orders/${orders[0]?.id}/cancel`);

    const page = async (query: string) => (await admin.get<EventListBody>(`/events?${query}`)).body;
    const first = await page(`after=${start}&limit=3`);
    const second = await page(`after=${first.pagination.next_after}&limit=100`);
    const some = await page(`after=${start}&types=product.updated,order.cancelled`);
    const none = await page(`after=${start}&types=order.confirmed`);

    const ids = (body: EventListBody) => body.data.map(({ id }) => id - start);
    expect(ids(first)).toEqual([1, 2, 3]);
    expect(first.pagination).toMatchObject({ limit: 3, next_after: start + 3, has_more: true });
    expect(ids(second)).toEqual([4, 5, 6, 7]);
    expect(second.pagination).toMatchObject({ limit: 100, next_after: start + 7, has_more: false });
    expect(some.data.map(({ type }) => type)).toEqual(['product.updated', 'order.cancelled']);
    expect(none).toMatchObject({ data: [], pagination: { next_after: start + 7, has_more: false } });
    expect((await page('after=9007199254740991')).pagination.next_after).toBe(9007199254740991);
  });

  it('yields the current stock and statuses when replayed from the beginning', async () => {
    const { client: admin } = await given.admin();
    const buyers = await given.customers(4);
    const lamps = await Promise.all([20, 30].map((stock) => given.product({ stock })));
    const [one, two] = lamps.map(({ id }) => id) as [number, number];
    await Promise.all(
      buyers.map(async (buyer, index) => {
        const order = await given.order(buyer, { [one]: 1 + index, [two]: 2 });
        if (index % 2 === 0) await buyer.client.patch(`/orders/${order.id}/cancel`);
        else await admin.patch(`/orders/${order.id}/confirm`);
        await admin.patch(`/products/${two}`, { stock_delta: index - 1 });
      }),
    );

    const { stock, statuses } = replay(await eventsAfter(admin));

    const rows = <Row extends object>(sql: string) => given.database.rows<Row>(sql);
    const products = await rows<{ id: string; stock: string }>(
      'SELECT id, stock_quantity AS stock FROM products',
    );
    const orders = await rows<{ id: string; status: string }>('SELECT id, status FROM orders');
    expect(stock).toEqual(new Map(products.map((row) => [Number(row.id), Number(row.stock)])));
    expect(statuses).toEqual(new Map(orders.map((row) => [Number(row.id), row.status])));
  });

  it('is for admins', async () => {
    const { client } = await given.customer();

    for (const path of ['/events', '/events/stream']) {
      expect((await client.get(path)).status).toBe(403);
      expect((await given.anyone.get(path)).status).toBe(401);
    }
  });

  it.each([
    'after=-1',
    'after=9007199254740992',
    'limit=0',
    'limit=1001',
    'types=',
    'types=order.lost',
    'last=1',
  ])('refuses %s', async (query) => {
    const { client: admin } = await given.admin();

    const { status, body } = await admin.get<ProblemBody>(`/events?${query}`);

    expect([status, body.code]).toEqual([422, 'validation-failed']);
  });
});
