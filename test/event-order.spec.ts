import { describe, expect, it } from '@jest/globals';
import type { PoolClient } from 'pg';
import { ADVISORY_LOCKS } from '../src/database/advisory-locks.js';
import type { EventListBody, OrderBody } from './support/api-types.js';
import { until } from './support/database.js';
import { eventsAfter, lastEvent } from './support/events.js';
import { useWorld } from './support/world.js';

const given = useWorld();

const placed = (id: number) =>
  `INSERT INTO events (type, resource_ids, occurred_at) VALUES ('order.placed', ARRAY[${id}], now())
   RETURNING sequence`;

/** A writer that has recorded its event and is paused before COMMIT. */
async function pausedWriter(orderId: number): Promise<PoolClient> {
  const writer = await given.database.session();
  await writer.query('BEGIN');
  await writer.query(placed(orderId));
  return writer;
}

async function commit(writer: PoolClient): Promise<void> {
  await writer.query('COMMIT');
  writer.release();
}

async function anOrder(): Promise<OrderBody> {
  const lamp = await given.product();
  return given.order(await given.customer(), { [lamp.id]: 1 });
}

// Guarantees that event numbers hide no event and put no effect before its cause.
describe('event numbers', () => {
  it('never let a reader that keeps the last one miss an event, however late its writer commits', async () => {
    const { client: admin } = await given.admin();
    const { id } = await anOrder();
    const start = await lastEvent(admin);
    const late = await pausedWriter(id);
    await given.database.rows(placed(id));
    const [{ drawn = '' } = {}] = await given.database.rows<{ drawn: string }>(
      'SELECT max(sequence) AS drawn FROM events',
    );

    const seen = await eventsAfter(admin, start);
    await commit(late);
    const rest = await eventsAfter(admin, seen.at(-1)?.id);

    expect(seen.map((event) => event.id)).toEqual([start + 1]);
    expect(rest.map((event) => event.id)).toEqual([start + 2]);
    // A reader that kept the highest sequence number would look only after this one.
    expect(await given.database.rows('SELECT 1 FROM events WHERE sequence > $1', [drawn])).toEqual([]);
  });

  it('put a cause before its effect, even if the transaction of the effect began first and had to wait', async () => {
    const { client: admin } = await given.admin();
    const [first, second, last] = await Promise.all([5, 5, 1].map((stock) => given.product({ stock })));
    const [one, two, three] = [first, second, last].map((product) => product?.id ?? 0).sort((a, b) => a - b);
    const stockOfThree = await given.database.stockOf({ id: three as number });
    const holder = await given.customer();
    const held = await given.order(holder, { [three as number]: stockOfThree });
    const start = await lastEvent(admin);
    // The buyer's transaction has locked the first product and waits for the second one.
    const outside = await given.database.hold(two as number);
    const buyer = await given.customer();
    const buying = buyer.places({ [one as number]: 1, [two as number]: 1, [three as number]: 1 });
    await until('the buyer waits', async () => (await given.database.waitingForLocks()) > 0);
    // The unit of the third product that it will sell is returned only now.
    const cancelled = await holder.client.patch(`/orders/${held.id}/cancel`);
    await outside.release();
    const bought = await buying;

    const events = await eventsAfter(admin, start);

    expect([cancelled.status, bought.status]).toEqual([200, 201]);
    expect(events.map(({ type }) => type)).toEqual(['order.cancelled', 'order.placed']);
  });

  it('follow the order of locks, not of transactions: one that began earlier but had to wait comes later', async () => {
    const { client: admin } = await given.admin();
    const lamp = await given.product();
    const start = await lastEvent(admin);
    const [early, late] = [await given.database.session(), await given.database.session()];
    const change = (stock: number) =>
      `WITH changed AS (UPDATE products SET stock_quantity = ${stock} WHERE id = ${lamp.id} RETURNING *)
       INSERT INTO events (type, resource_ids, product, occurred_at)
       SELECT 'stock.adjusted', ARRAY[id], to_json(changed), now() FROM changed`;
    const lock = `SELECT 1 FROM products WHERE id = ${lamp.id} FOR UPDATE`;
    await early.query('BEGIN');
    const earlyXid = await early.query<{ xid: string }>('SELECT pg_current_xact_id() AS xid');
    await late.query('BEGIN');
    const lateXid = await late.query<{ xid: string }>('SELECT pg_current_xact_id() AS xid');
    await late.query(lock);
    const waiting = early.query(lock);
    await until('it waits', async () => (await given.database.waitingForLocks()) > 0);
    await late.query(change(7));
    await commit(late);
    await waiting;
    await early.query(change(8));
    await commit(early);

    const events = await eventsAfter(admin, start);

    expect(BigInt(earlyXid.rows[0]?.xid ?? 0)).toBeLessThan(BigInt(lateXid.rows[0]?.xid ?? 0));
    expect(events.map(({ data }) => 'stock_quantity' in data && data.stock_quantity)).toEqual([7, 8]);
    await given.database.rows('UPDATE products SET stock_quantity = 10 WHERE id = $1', [lamp.id]);
  });

  it('are assigned by one process at a time, and no writer waits for it', async () => {
    const { client: admin } = await given.admin();
    const start = await lastEvent(admin);
    const other = await given.database.session();
    await other.query('BEGIN');
    await other.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.eventSequencer]);

    const order = await anOrder();
    const during = await admin.get<EventListBody>(`/events?after=${start}`);
    await commit(other);
    const after = await eventsAfter(admin, start);

    expect(order.status).toBe('PENDING');
    expect(during.body).toMatchObject({ data: [], pagination: { next_after: start, has_more: true } });
    expect(after.map(({ type }) => type)).toEqual(['product.created', 'order.placed']);
  });

  it('have no gaps, even when orders share a row and several readers ask at once', async () => {
    const { client: admin } = await given.admin();
    const lamp = await given.product({ stock: 1_000 });
    const buyers = await given.customers(20);
    const start = await lastEvent(admin);
    const rowsBefore = await given.database.value<number>('SELECT count(*)::integer FROM events');

    const reading = Promise.all([1, 2, 3].map(() => eventsAfter(admin, start)));
    await Promise.all(
      buyers.flatMap((buyer) => [1, 2, 3, 4, 5].map(() => given.order(buyer, { [lamp.id]: 1 }))),
    );
    await reading;
    const events = await eventsAfter(admin, start);

    const rows = (await given.database.value<number>('SELECT count(*)::integer FROM events')) - rowsBefore;
    expect(events.map(({ id }) => id - start)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    expect(new Set(events.map(({ data }) => data.id)).size).toBe(100);
    expect(rows).toBeLessThan(100);
  });
});

// Guarantees that no event is made up for what happened before the log began.
describe('orders from before the log', () => {
  it('have no order.placed event but all later ones, and the log says when it began', async () => {
    const { client: admin } = await given.admin();
    const order = await anOrder();
    await given.database.rows('DELETE FROM events WHERE last_id IS DISTINCT FROM 0');
    await admin.patch(`/orders/${order.id}/confirm`);

    const { body } = await admin.get<EventListBody>('/events');

    const began = await given.database.value<Date>('SELECT occurred_at FROM events WHERE last_id = 0');
    expect(body.data).toMatchObject([{ id: 1, type: 'order.confirmed', data: { id: order.id } }]);
    expect(body.pagination.log_began_at).toBe(began.toISOString());
  });
});
