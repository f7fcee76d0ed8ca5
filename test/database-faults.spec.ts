import { describe, expect, it } from '@jest/globals';
import type { OrderBody, ProblemBody } from './support/api-types.js';
import { until } from './support/database.js';
import { itNeeding } from './support/needing.js';
import { PREPARES } from './support/pooler.js';
import { asItems, succeeded, useWorld } from './support/world.js';

const given = useWorld();

// Guarantees that a busy or unreachable database means 503, never a hang, a 500 or half an order.
describe('faults of the database', () => {
  it('lets other products be sold and lists be read while one row is locked from outside', async () => {
    const [held, free] = [await given.product(), await given.product()];
    const buyer = await given.customer();
    const outside = await given.database.hold(held.id);
    const stuck = Array.from({ length: 6 }, () => buyer.places({ [held.id]: 1 }));
    await until('the first waits', async () => (await given.database.waitingForLocks()) === 1);

    const list = await given.anyone.get('/products');
    const order = await buyer.places({ [free.id]: 1 });
    const answers = await Promise.all(stuck);
    await outside.release();
    const after = await buyer.places({ [held.id]: 1 });

    expect([list.status, order.status, after.status]).toEqual([200, 201, 201]);
    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(503));
    expect(answers.map(({ headers }) => headers.get('retry-after'))).toEqual(Array(6).fill('1'));
    expect(await given.database.stockOf(held)).toBe(9);
  });

  it('lets other rows be written while one is locked, and then completes the blocked writes', async () => {
    const [held, free] = [await given.product({ stock: 50 }), await given.product()];
    const [{ client }, buyer] = [await given.admin(), await given.customer()];
    const orders = await Promise.all(Array.from({ length: 6 }, () => given.order(buyer, { [held.id]: 1 })));
    const [other, another] = [
      await given.order(buyer, { [free.id]: 1 }),
      await given.order(buyer, { [free.id]: 1 }),
    ];
    const outside = await given.database.hold(held.id);
    let areFreed = 0;
    const stuck = [
      ...orders.map(({ id }) => client.patch(`/orders/${id}/cancel`)),
      ...orders.map((_, n) => client.patch(`/products/${held.id}`, { price: n + 1 })),
    ].map((request) => request.finally(() => (areFreed += 1)));
    await until('as many wait as may write', async () => (await given.database.waitingForLocks()) === 3);

    const writes = await Promise.all([
      client.patch(`/orders/${other.id}/confirm`),
      client.patch(`/orders/${another.id}/cancel`),
      client.patch(`/products/${free.id}`, { stock_delta: 5 }),
      client.post('/products', { name: 'Chair', price: 1, stock_quantity: 1 }),
    ]);
    const freedBefore = areFreed;
    await outside.release();

    expect(writes.map(({ status }) => status)).toEqual([200, 200, 200, 201]);
    expect(freedBefore).toBe(0);
    expect((await Promise.all(stuck)).map(({ status }) => status)).toEqual(Array(12).fill(200));
    expect(await given.database.stockOf(held)).toBe(50);
    expect(await given.database.stockOf(free)).toBe(14);
  });

  // Behind a pooler, the limit is set on the role.
  itNeeding('connections that no pooler shares', PREPARES)(
    'stops asking for what nobody waits for any more, such as an audit that takes too long',
    async () => {
      const { client } = await given.admin();
      const outside = await given.database.session();
      await outside.query('BEGIN');
      await outside.query('LOCK TABLE order_items IN ACCESS EXCLUSIVE MODE');

      const audit = await client.get<ProblemBody>('/audit/stock');
      const waitingAfter = await given.database.waitingForLocks();
      await outside.query('ROLLBACK');
      outside.release();

      expect([audit.status, audit.body.code, waitingAfter]).toEqual([503, 'service-unavailable', 0]);
      expect((await client.get('/audit/stock')).status).toBe(200);
    },
  );

  it('aborts a write after its time limit, such as an order slowed down by a trigger', async () => {
    const [lamp, buyer, { client }] = [await given.product(), await given.customer(), await given.admin()];
    const order = await given.order(buyer, { [lamp.id]: 1 });
    const [one, two] = [await given.product({ name: 'Slow' }), await given.product({ name: 'Slow' })];
    await given.database.rows(`
      CREATE FUNCTION sleep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN NEW; END';
      CREATE TRIGGER slow_products BEFORE UPDATE ON products
        FOR EACH ROW WHEN (NEW.name = 'Slow') EXECUTE FUNCTION sleep();
      CREATE TRIGGER slow_orders BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION sleep()`);

    const answers = await Promise.all([
      buyer.places({ [one.id]: 1 }),
      client.patch(`/products/${two.id}`, { price: 1 }),
      client.patch(`/orders/${order.id}/confirm`),
    ]);
    const stillRunning = await given.database.value(
      `SELECT count(*)::integer FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event = 'PgSleep'`,
    );
    await given.database.rows('DROP FUNCTION sleep() CASCADE');

    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503]);
    expect(stillRunning).toBe(0);
  });

  it('takes no stock for an order that gets no id because the sequence is used up', async () => {
    const lamp = await given.product({ stock: 5 });
    const buyer = await given.customer();
    const useUpIds = (last: number) =>
      given.database.rows(`SELECT setval(pg_get_serial_sequence('orders', 'id'), $1)`, [last]);
    await given.database.rows('ALTER TABLE orders ALTER id SET MAXVALUE 2000000');
    await useUpIds(1_999_999);

    const last = await buyer.places({ [lamp.id]: 1 });
    const beyond = await buyer.places({ [lamp.id]: 1 });
    await given.database.rows('ALTER TABLE orders ALTER id SET NO MAXVALUE');

    expect([last.status, last.body.id, beyond.status]).toEqual([201, 2_000_000, 500]);
    expect(await given.database.stockOf(lamp)).toBe(4);
  });

  it('drops an order whose buyer has disconnected before its turn', async () => {
    const lamp = await given.product();
    const buyer = await given.customer();
    const outside = await given.database.hold(lamp.id);
    const waiting = buyer.places({ [lamp.id]: 1 });
    await until('the first waits', async () => (await given.database.waitingForLocks()) === 1);
    const leaving = new AbortController();
    const behindIt = fetch(`${given.service.url}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${buyer.client.token}` },
      body: JSON.stringify({ items: asItems({ [lamp.id]: 1 }) }),
      signal: leaving.signal,
    });
    // Two round trips later, the service has received it.
    for (let trip = 0; trip < 2; trip += 1) await buyer.client.get('/me');

    leaving.abort();
    await expect(behindIt).rejects.toThrow();
    await given.service.says(/"aborted":true/);
    await outside.release();

    expect((await waiting).status).toBe(201);
    expect((await buyer.places({ [lamp.id]: 1 })).status).toBe(201);
    expect(await given.database.stockOf(lamp)).toBe(8);
  });

  it('loses and duplicates nothing while its connections are cut again and again', async () => {
    const lamp = await given.product({ stock: 500 });
    const buyers = await given.customers(4);
    const acknowledged: OrderBody[] = [];
    const statuses = new Set<number>();
    const buying = { isOver: false };
    const bought = Promise.all(
      buyers.map(async (buyer) => {
        for (let n = 0; n < 40; n += 1) {
          const answer = await buyer.places({ [lamp.id]: 1 });
          statuses.add(answer.status);
          if (succeeded(answer)) acknowledged.push(answer.body);
        }
      }),
    ).finally(() => (buying.isOver = true));
    while (!buying.isOver) await given.database.cutConnections();
    await bought;

    const stored = await given.database.rows<{ id: number }>(
      'SELECT order_id AS id FROM order_items WHERE product_id = $1',
      [lamp.id],
    );
    const ids = new Set(stored.map(({ id }) => id));
    expect(acknowledged.filter(({ id }) => !ids.has(id))).toEqual([]);
    expect(new Set(acknowledged.map(({ id }) => id)).size).toBe(acknowledged.length);
    expect([...statuses].filter((status) => status !== 201 && status !== 503)).toEqual([]);
    expect(await given.database.stockOf(lamp)).toBe(500 - stored.length);
  });

  it('leaves the service live but not ready while it refuses connections, then ready again', async () => {
    await given.database.refuseConnections(true);

    const answers = await Promise.all([
      given.anyone.get('/health/live'),
      given.anyone.get<ProblemBody>('/health/ready'),
      given.anyone.get<ProblemBody>('/products'),
      given.anyone.post<ProblemBody>('/login', { username: 'somebody', password: '1234' }),
    ]);
    await given.database.refuseConnections(false);

    expect(answers.map(({ status }) => status)).toEqual([200, 503, 503, 503]);
    await until('it is ready', async () => (await given.anyone.get('/health/ready')).status === 200);
  });
});
