import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { HistoryBody } from './support/api-types.js';
import { until } from './support/database.js';
import { addExpired, expire, keepFromSweeping, statusesOf } from './support/holds.js';
import { type Person, useWorld } from './support/world.js';

const given = useWorld({ PENDING_ORDER_TTL: '3600' });

const historyOf = async ({ client }: Person, { id }: { id: number }) =>
  (await client.get<HistoryBody>(`/orders/${id}/history`)).body.events;

/** A product whose whole stock is held by one order. */
async function soldOut(stock = 1) {
  const [buyer, lamp] = [await given.customer(), await given.product({ stock })];
  return { buyer, lamp, order: await given.order(buyer, { [lamp.id]: stock }) };
}

// Guarantees that a buyer gets the units of expired orders at once, without any help from the sweep.
describe('a buyer who needs units held by expired orders', () => {
  let sweeping: { release(): Promise<void> };
  beforeAll(async () => {
    sweeping = await keepFromSweeping(given.database);
  });
  afterAll(() => sweeping.release());

  it('gets the last unit with their first request', async () => {
    const { buyer: late, lamp, order } = await soldOut();
    const buyer = await given.customer();

    const early = await buyer.places({ [lamp.id]: 1 });
    await expire(given.database, order);
    const bought = await buyer.places({ [lamp.id]: 1 });
    const confirmed = await (await given.admin()).client.patch(`/orders/${order.id}/confirm`);

    expect([early.status, early.body.code]).toEqual([409, 'insufficient-stock']);
    expect(bought.status).toBe(201);
    expect(confirmed.body).toMatchObject({ code: 'invalid-transition', current_status: 'CANCELLED' });
    expect((await historyOf(late, order)).map(({ event, user_id }) => [event, user_id])).toEqual([
      ['PLACED', late.id],
      ['EXPIRED', null],
    ]);
    expect(await given.database.stockOf(lamp)).toBe(0);
  });

  it('is refused if the expired order was confirmed first, because it keeps its stock', async () => {
    const { lamp, order } = await soldOut();
    const buyer = await given.customer();
    await expire(given.database, order);

    const confirmed = await (await given.admin()).client.patch(`/orders/${order.id}/confirm`);
    const refused = await buyer.places({ [lamp.id]: 1 });

    expect([confirmed.status, refused.status]).toEqual([200, 409]);
    expect(await statusesOf(given.database, [order])).toEqual([{ status: 'CONFIRMED' }]);
    expect(await given.database.stockOf(lamp)).toBe(0);
  });

  it('gets the units of hundreds of orders and of several products in one request', async () => {
    const [lamp, desk] = [await given.product({ stock: 0 }), await given.product({ stock: 0 })];
    const [holder, buyer] = await given.customers(2);
    await addExpired(given.database, holder, lamp, 250);
    await addExpired(given.database, holder, desk, 30);

    const bought = await buyer.places({ [lamp.id]: 250, [desk.id]: 30 });

    expect(bought.status).toBe(201);
    expect([await given.database.stockOf(lamp), await given.database.stockOf(desk)]).toEqual([0, 0]);
  });

  it('is told how much is available if it is not enough, and orders of other products stay', async () => {
    const [short, other] = [await soldOut(2), await soldOut()];
    const buyer = await given.customer();
    await expire(given.database, short.order, other.order);

    const refused = await buyer.places({ [short.lamp.id]: 3 });

    expect(refused.body.lines).toEqual([{ product_id: short.lamp.id, requested: 3, available: 2 }]);
    const statuses = await statusesOf(given.database, [short.order, other.order]);
    expect(statuses).toEqual([{ status: 'CANCELLED' }, { status: 'PENDING' }]);
  });

  it('gets an allowance from one expired order and units from another in one request', async () => {
    const [limited, short] = [await soldOut(), await soldOut()];
    const [buyer, { client }] = [await given.customer(), await given.admin()];
    await client.patch(`/products/${limited.lamp.id}`, { max_per_customer: 1, stock_delta: 2 });
    const used = await given.order(buyer, { [limited.lamp.id]: 1 });
    await expire(given.database, used, short.order);

    const bought = await buyer.places({ [limited.lamp.id]: 1, [short.lamp.id]: 1 });

    expect(bought.status).toBe(201);
    const statuses = await statusesOf(given.database, [used, short.order]);
    expect(statuses).toEqual([{ status: 'CANCELLED' }, { status: 'CANCELLED' }]);
  });

  it('gets them alone if ten ask at once, and a retry with the same key finds the order', async () => {
    const { lamp, order } = await soldOut();
    const buyers = await given.customers(10);
    const key = { 'idempotency-key': 'the-same' };
    await expire(given.database, order);

    const answers = await Promise.all(buyers.map((buyer) => buyer.places({ [lamp.id]: 1 }, key)));
    const winner = answers.findIndex(({ status }) => status === 201);
    const again = await buyers[winner]?.places({ [lamp.id]: 1 }, key);

    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(9);
    expect(again?.body).toEqual(answers[winner]?.body);
    expect(again?.headers.get('idempotency-replayed')).toBe('true');
  });

  it('waits for a transaction that is about to return the units', async () => {
    const { lamp, order } = await soldOut();
    const buyer = await given.customer();
    await expire(given.database, order);
    const outside = await given.database.session();
    await outside.query('BEGIN');
    await outside.query('SELECT FROM orders WHERE id = $1 FOR UPDATE', [order.id]);

    let isHeld = true;
    // The wait is short: on a busy machine it may be over, with a refusal, before this test notices it.
    const placing = async () => {
      let answer = await buyer.places({ [lamp.id]: 1 });
      while (isHeld) answer = await buyer.places({ [lamp.id]: 1 });
      return answer.status === 201 ? answer : buyer.places({ [lamp.id]: 1 });
    };
    const waiting = placing();
    await until('the buyer waits', async () => (await given.database.waitingForLocks()) === 1);
    isHeld = false;
    await outside.query('ROLLBACK');
    outside.release();

    expect((await waiting).status).toBe(201);
    expect(await statusesOf(given.database, [order])).toEqual([{ status: 'CANCELLED' }]);
    expect(await given.database.stockOf(lamp)).toBe(0);
  });

  it('is refused soon if the expired order stays locked, for example by a confirmation', async () => {
    const { lamp, order } = await soldOut();
    const buyer = await given.customer();
    await expire(given.database, order);
    const outside = await given.database.session();
    await outside.query('BEGIN');
    await outside.query('SELECT FROM orders WHERE id = $1 FOR UPDATE', [order.id]);

    const refused = await buyer.places({ [lamp.id]: 1 });
    await outside.query('ROLLBACK');
    outside.release();

    expect([refused.status, refused.body.code]).toEqual([409, 'insufficient-stock']);
  });

  it('gets them even behind ten thousand other expired orders that were not swept', async () => {
    const { lamp, order } = await soldOut();
    const [holder, buyer] = await given.customers(2);
    await addExpired(given.database, holder, await given.product({ stock: 0 }), 12_000);
    await expire(given.database, order);

    const bought = await buyer.places({ [lamp.id]: 1 });

    expect(bought.status).toBe(201);
    expect(await given.database.stockOf(lamp)).toBe(0);
  });
});
