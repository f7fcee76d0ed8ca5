import { describe, expect, it } from '@jest/globals';
import { change, move } from './support/drops.js';
import { useWorld } from './support/world.js';

const given = useWorld();
const HOUR_S = 3600;

// Guarantees that the rules of a sale work like any other field of a product.
describe('sale rules', () => {
  const [start, end] = ['2030-01-31T12:00:00.000Z', '2030-01-31T18:00:00.000Z'];
  const rules = { max_per_customer: 2, sale_starts_at: start, sale_ends_at: end };
  const none = { max_per_customer: null, sale_starts_at: null, sale_ends_at: null };

  it('are null unless they are set, and appear in every response', async () => {
    const { client } = await given.admin();
    const [plain, ruled] = [await given.product(), await given.product(rules)];

    const read = await client.get(`/products/${ruled.id}`);

    expect(plain).toMatchObject(none);
    expect(ruled).toMatchObject(rules);
    expect(read.body).toEqual(ruled);
  });

  it('stay unless a change names them, and are removed by null', async () => {
    const product = await given.product(rules);

    const kept = await change(given, product, { price: 11 });
    const one = await change(given, product, { sale_starts_at: null });
    const all = await change(given, product, none);

    expect(kept.body).toMatchObject({ ...rules, price: 11 });
    expect(one.body).toMatchObject({ ...rules, sale_starts_at: null });
    expect(all.body).toMatchObject(none);
    expect(all.headers.get('etag')).toBe('"4"');
  });

  it('accept times with an offset, and keep milliseconds', async () => {
    const product = await given.product({ sale_starts_at: '2030-01-31T14:00:00.1239+02:00' });

    expect(product.sale_starts_at).toBe('2030-01-31T12:00:00.123Z');
  });

  it.each([
    [{ max_per_customer: 0 }, '/max_per_customer', 'too-small'],
    [{ max_per_customer: 1_000_001 }, '/max_per_customer', 'too-large'],
    [{ max_per_customer: 1.5 }, '/max_per_customer', 'not-an-integer'],
    [{ max_per_customer: '2' }, '/max_per_customer', 'not-an-integer'],
    [{ sale_starts_at: 'noon' }, '/sale_starts_at', 'not-a-timestamp'],
    [{ sale_starts_at: '2030-02-30T12:00:00Z' }, '/sale_starts_at', 'not-a-timestamp'],
    [{ sale_starts_at: '0001-01-01T00:00:00+14:00' }, '/sale_starts_at', 'not-a-timestamp'],
    [{ sale_ends_at: '9999-12-31T23:59:59-12:00' }, '/sale_ends_at', 'not-a-timestamp'],
    [{ sale_ends_at: 1893456000000 }, '/sale_ends_at', 'not-a-timestamp'],
    [{ sale_starts_at: start, sale_ends_at: start }, '/sale_ends_at', 'too-early'],
    [{ sale_starts_at: end, sale_ends_at: start }, '/sale_ends_at', 'too-early'],
  ])('are refused with a pointer for %j', async (body, pointer, code) => {
    const { client } = await given.admin();
    const product = await given.product();

    const answers = [
      await client.post('/products', { name: 'Lamp', price: 1, stock_quantity: 1, ...body }),
      await change(given, product, body),
    ];

    for (const answer of answers) {
      expect(answer.status).toBe(422);
      expect(answer.body).toMatchObject({ errors: [{ pointer, code, location: 'body' }] });
    }
  });

  it('refuse an end that is not after the stored start, and vice versa', async () => {
    const product = await given.product({ sale_starts_at: start });

    const ended = await change(given, product, { sale_ends_at: start });
    await change(given, product, { sale_ends_at: end });
    const started = await change(given, product, { sale_starts_at: end });

    expect([ended.status, started.status]).toEqual([422, 422]);
    expect(ended.body).toMatchObject({ errors: [{ pointer: '/sale_ends_at', code: 'too-early' }] });
    expect(started.body).toMatchObject({ errors: [{ pointer: '/sale_starts_at', code: 'too-late' }] });
  });

  it.each(['0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z'])('accept the time %s', async (time) => {
    const { body } = await change(given, await given.product(), { sale_starts_at: time });

    expect(Date.parse(body.sale_starts_at ?? '')).toBe(Date.parse(time));
  });
});

// Guarantees that nothing is sold outside the sale, by the clock of the database.
describe('a sale window', () => {
  it('refuses orders before and after it, with both times of every line', async () => {
    const buyer = await given.customer();
    const [early, late, lamp] = [await given.product(), await given.product(), await given.product()];
    const starts = await move(given, early, 'sale_starts_at', 2 * HOUR_S);
    const ended = await move(given, late, 'sale_ends_at', -1);
    const started = await move(given, late, 'sale_starts_at', -2);

    const answer = await buyer.places({ [early.id]: 1, [late.id]: 1, [lamp.id]: 1 });

    expect(answer.status).toBe(409);
    expect(answer.headers.get('retry-after')).toBeNull();
    expect(answer.body).toMatchObject({
      code: 'not-on-sale',
      lines: [
        { product_id: early.id, sale_starts_at: starts, sale_ends_at: null },
        { product_id: late.id, sale_starts_at: started, sale_ends_at: ended },
      ],
    });
    expect(await given.database.stockOf(lamp)).toBe(10);
  });

  it('gives the time until the sale in Retry-After if it begins within the hour', async () => {
    const [buyer, lamp] = [await given.customer(), await given.product()];
    await move(given, lamp, 'sale_starts_at', HOUR_S);

    const { headers, body } = await buyer.places({ [lamp.id]: 1 });

    expect(Number(headers.get('retry-after'))).toBe(body.retry_after);
    expect(body.retry_after).toBeGreaterThan(HOUR_S - 60);
    expect(body.retry_after).toBeLessThanOrEqual(HOUR_S);
  });

  it('gives the time until the last of several sales, and none if one of them has ended', async () => {
    const [buyer, one, other] = [await given.customer(), await given.product(), await given.product()];
    await move(given, one, 'sale_starts_at', 60);
    await move(given, other, 'sale_starts_at', 600);

    const soon = await buyer.places({ [one.id]: 1, [other.id]: 1 });
    await move(given, one, 'sale_starts_at', -2);
    await move(given, one, 'sale_ends_at', -1);
    const never = await buyer.places({ [one.id]: 1, [other.id]: 1 });

    expect(soon.body.retry_after).toBeGreaterThan(60);
    expect([never.status, never.body.retry_after, never.headers.get('retry-after')]).toEqual([
      409,
      undefined,
      null,
    ]);
  });

  it('opens and closes as soon as its start and end are moved', async () => {
    const [buyer, lamp] = [await given.customer(), await given.product()];
    const statusNow = async () => (await buyer.places({ [lamp.id]: 1 })).status;

    const statuses = [await statusNow()];
    await move(given, lamp, 'sale_starts_at', HOUR_S);
    statuses.push(await statusNow());
    await move(given, lamp, 'sale_starts_at', -HOUR_S);
    statuses.push(await statusNow());
    await move(given, lamp, 'sale_ends_at', -1);
    statuses.push(await statusNow());
    await change(given, lamp, { sale_ends_at: null });
    statuses.push(await statusNow());

    expect(statuses).toEqual([201, 409, 201, 409, 201]);
    expect(await given.database.stockOf(lamp)).toBe(7);
  });

  it('does not prevent confirming and cancelling after its end', async () => {
    const [buyer, admin, lamp] = [await given.customer(), await given.admin(), await given.product()];
    const order = await given.order(buyer, { [lamp.id]: 2 });
    await move(given, lamp, 'sale_ends_at', -1);

    const confirmed = await admin.client.patch(`/orders/${order.id}/confirm`);
    const cancelled = await buyer.client.patch(`/orders/${order.id}/cancel`);

    expect([confirmed.status, cancelled.status]).toEqual([200, 200]);
    expect(await given.database.stockOf(lamp)).toBe(10);
  });
});
