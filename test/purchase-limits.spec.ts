import { describe, expect, it } from '@jest/globals';
import { audit } from './support/audit.js';
import { change, countOf } from './support/drops.js';
import { expire, keepFromSweeping } from './support/holds.js';
import { refusedWith, succeeded, useWorld } from './support/world.js';

const given = useWorld();

// Guarantees that a customer's orders, without cancelled ones, never exceed the limit of a product.
describe('a limit per customer', () => {
  it('refuses an order beyond it, and says how many units were ordered before', async () => {
    const [one, two] = await given.customers(2);
    const [lamp, desk] = [await given.product({ max_per_customer: 2 }), await given.product()];
    await given.order(one, { [lamp.id]: 1 });

    const beyond = await one.places({ [lamp.id]: 2, [desk.id]: 5 });
    const within = await one.places({ [lamp.id]: 1, [desk.id]: 5 });
    const other = await two.places({ [lamp.id]: 2 });

    expect(beyond.status).toBe(409);
    expect(beyond.body).toMatchObject({
      code: 'purchase-limit-exceeded',
      lines: [{ product_id: lamp.id, max_per_customer: 2, already_ordered: 1, requested: 2 }],
    });
    expect([within.status, other.status]).toEqual([201, 201]);
    expect([await countOf(given, lamp, one), await countOf(given, desk, one)]).toEqual([2, null]);
  });

  it('counts merged lines once', async () => {
    const [buyer, lamp] = [await given.customer(), await given.product({ max_per_customer: 2 })];
    const items = [1, 1].map((quantity) => ({ product_id: lamp.id, quantity }));

    expect((await buyer.client.post('/orders', { items })).status).toBe(201);
    expect(await countOf(given, lamp, buyer)).toBe(2);
  });

  it('gives the allowance back once when an order is cancelled, pending or confirmed', async () => {
    const [buyer, admin] = [await given.customer(), await given.admin()];
    const lamp = await given.product({ max_per_customer: 2 });
    const [first, second] = [
      await given.order(buyer, { [lamp.id]: 1 }),
      await given.order(buyer, { [lamp.id]: 1 }),
    ];
    await admin.client.patch(`/orders/${second.id}/confirm`);

    const cancel = (id: number) => buyer.client.patch(`/orders/${id}/cancel`);
    const cancelled = await Promise.all([first, first, second, second].map(({ id }) => cancel(id)));

    expect(cancelled.filter(succeeded)).toHaveLength(2);
    expect(await countOf(given, lamp, buyer)).toBe(0);
    expect((await buyer.places({ [lamp.id]: 3 })).body).toMatchObject({ code: 'purchase-limit-exceeded' });
    expect((await buyer.places({ [lamp.id]: 2 })).status).toBe(201);
  });

  it('does not count the customer’s own expired order, even before the sweep', async () => {
    const [buyer, lamp] = [await given.customer(), await given.product({ max_per_customer: 2 })];
    const order = await given.order(buyer, { [lamp.id]: 2 });
    const sweeping = await keepFromSweeping(given.database);
    await expire(given.database, order);

    const answer = await buyer.places({ [lamp.id]: 2 });
    await sweeping.release();

    expect(answer.status).toBe(201);
    expect(await countOf(given, lamp, buyer)).toBe(2);
  });

  it('counts orders that were placed before it was set, but no cancelled ones', async () => {
    const [[one, two], lamp] = [await given.customers(2), await given.product()];
    await given.order(one, { [lamp.id]: 3 });
    const cancelled = await given.order(two, { [lamp.id]: 3 });
    await two.client.patch(`/orders/${cancelled.id}/cancel`);

    await change(given, lamp, { max_per_customer: 3 });
    const refused = await one.places({ [lamp.id]: 1 });
    const bought = await two.places({ [lamp.id]: 3 });

    expect(refused.body).toMatchObject({ lines: [{ already_ordered: 3, requested: 1 }] });
    expect(bought.status).toBe(201);
  });

  it('may be lowered below past purchases, raised, removed and set again', async () => {
    const [buyer, lamp] = [await given.customer(), await given.product({ max_per_customer: 4 })];
    const order = await given.order(buyer, { [lamp.id]: 4 });
    const codeNow = async () => (await buyer.places({ [lamp.id]: 1 })).body.code;

    await change(given, lamp, { max_per_customer: 2 });
    const lowered = await buyer.places({ [lamp.id]: 1 });
    await change(given, lamp, { max_per_customer: 5 });
    const codes = [await codeNow(), await codeNow()];
    await change(given, lamp, { max_per_customer: null });
    codes.push(await codeNow());
    await buyer.client.patch(`/orders/${order.id}/cancel`);
    await change(given, lamp, { max_per_customer: 3 });
    codes.push(await codeNow(), await codeNow());

    expect(lowered.body).toMatchObject({
      lines: [{ max_per_customer: 2, already_ordered: 4, requested: 1 }],
    });
    const refused = 'purchase-limit-exceeded';
    expect(codes).toEqual([undefined, refused, undefined, undefined, refused]);
    expect(await countOf(given, lamp, buyer)).toBe(3);
    expect((await audit(given.database)).balanced).toBe(true);
  });

  it('answers a retry with its order, even if the allowance is used up', async () => {
    const [buyer, lamp] = [await given.customer(), await given.product({ max_per_customer: 1 })];
    const place = () => buyer.places({ [lamp.id]: 1 }, { 'idempotency-key': 'once' });

    const [first, again] = [await place(), await place()];
    const other = await buyer.places({ [lamp.id]: 1 });

    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(refusedWith('purchase-limit-exceeded')(other)).toBe(true);
    expect(await countOf(given, lamp, buyer)).toBe(1);
  });
});
