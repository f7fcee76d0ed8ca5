import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { OrderBody } from './support/api-types.js';
import { refusedWith, succeeded, useWorld } from './support/world.js';

const given = useWorld();
const key = (value: string = randomUUID()) => ({ 'idempotency-key': value });

// Guarantees that an order is never duplicated: a retry with the same key finds exactly that order.
describe('Idempotency-Key', () => {
  it('places one order for 50 parallel requests with the same key', async () => {
    const lamp = await given.product({ stock: 100 });
    const buyer = await given.customer();
    const before = await given.database.orderCount();
    const headers = key();

    const answers = await Promise.all(
      Array.from({ length: 50 }, () => buyer.places({ [lamp.id]: 2 }, headers)),
    );

    expect(answers.filter(succeeded)).toHaveLength(50);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(answers.filter((answer) => answer.headers.get('idempotency-replayed') === 'false')).toHaveLength(
      1,
    );
    expect(await given.database.orderCount()).toBe(before + 1);
    expect(await given.database.stockOf(lamp)).toBe(98);
  });

  it('places one order for parallel requests to two processes', async () => {
    const lamp = await given.product({ stock: 100 });
    const buyer = await given.customer();
    const other = await given.secondService();
    const headers = key();
    const items = [{ product_id: lamp.id, quantity: 1 }];
    const elsewhere = given.clientOf(other, buyer);

    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        (n % 2 ? buyer.client : elsewhere).post<OrderBody>('/orders', { items }, { headers }),
      ),
    );
    await other.stop();

    expect(answers.filter(succeeded)).toHaveLength(20);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(await given.database.stockOf(lamp)).toBe(99);
  });

  it('returns the same order after the service was killed and restarted', async () => {
    const lamp = await given.product({ stock: 10 });
    const buyer = await given.customer();
    const headers = key();
    const first = await buyer.places({ [lamp.id]: 1 }, headers);

    await given.service.stop('SIGKILL');
    await given.startService();
    const again = await buyer.places({ [lamp.id]: 1 }, headers);

    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await given.database.stockOf(lamp)).toBe(9);
  });

  it('refuses the key for another order, but accepts the same lines split or reordered', async () => {
    const [lamp, desk] = [await given.product(), await given.product()];
    const buyer = await given.customer();
    const headers = key();
    const first = await buyer.places({ [lamp.id]: 2, [desk.id]: 1 }, headers);
    const split = [desk, lamp, lamp].map(({ id }) => ({ product_id: id, quantity: 1 }));

    const same = await buyer.client.post<OrderBody>('/orders', { items: split }, { headers });
    const other = await buyer.places({ [lamp.id]: 2 }, headers);
    const otherTotal = await buyer.client.post('/orders', { items: split, expected_total: 30 }, { headers });

    expect(same.body.id).toBe(first.body.id);
    expect(other.body).toMatchObject({ status: 422, code: 'idempotency-key-reused' });
    expect(otherTotal.body).toMatchObject({ code: 'idempotency-key-reused' });
    expect(await given.database.stockOf(lamp)).toBe(8);
  });

  it('places only one of two parallel orders with the same key and different products', async () => {
    const products = await Promise.all(Array.from({ length: 10 }, () => given.product()));
    const buyer = await given.customer();
    const before = await given.database.orderCount();
    const headers = key();

    const answers = await Promise.all(products.map(({ id }) => buyer.places({ [id]: 1 }, headers)));

    expect(answers.filter(succeeded)).toHaveLength(1);
    expect(answers.filter(refusedWith('idempotency-key-reused'))).toHaveLength(9);
    expect(await given.database.orderCount()).toBe(before + 1);
  });

  it('keeps the keys of different customers separate', async () => {
    const lamp = await given.product();
    const [one, two] = await given.customers(2);
    const headers = key();

    const first = await one.places({ [lamp.id]: 1 }, headers);
    const second = await two.places({ [lamp.id]: 1 }, headers);

    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body.id).not.toBe(first.body.id);
  });

  it('does not remember refusals: the key succeeds once there is stock', async () => {
    const lamp = await given.product({ stock: 0 });
    const [buyer, admin] = [await given.customer(), await given.admin()];
    const headers = key();
    const refused = await buyer.places({ [lamp.id]: 1 }, headers);
    await admin.client.patch(`/products/${lamp.id}`, { stock_delta: 1 });

    const accepted = await buyer.places({ [lamp.id]: 1 }, headers);

    expect(refused.status).toBe(409);
    expect(accepted.status).toBe(201);
    expect(accepted.headers.get('idempotency-replayed')).toBe('false');
  });

  it('finds the order even if its products have sold out since', async () => {
    const lamp = await given.product({ stock: 1 });
    const buyer = await given.customer();
    const headers = key();
    const first = await buyer.places({ [lamp.id]: 1 }, headers);

    const again = await buyer.places({ [lamp.id]: 1 }, headers);

    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body.id).toBe(first.body.id);
    expect(await given.database.stockOf(lamp)).toBe(0);
  });

  it('treats a key with and without quotes as the same key', async () => {
    const lamp = await given.product();
    const buyer = await given.customer();

    const bare = await buyer.places({ [lamp.id]: 1 }, key('order-1'));
    const quoted = await buyer.places({ [lamp.id]: 1 }, key('"order-1"'));

    expect([bare.status, quoted.status]).toEqual([201, 201]);
    expect(quoted.body.id).toBe(bare.body.id);
    expect(await given.database.stockOf(lamp)).toBe(9);
  });

  it.each([
    ['255 characters', 'k'.repeat(255), 201],
    ['256 characters', 'k'.repeat(256), 422],
    ['255 characters in quotes', `"${'k'.repeat(255)}"`, 201],
    ['256 characters in quotes', `"${'k'.repeat(256)}"`, 422],
    ['nothing in quotes', '""', 422],
    ['one quote', '"key', 422],
    ['nothing', '', 422],
    ['two words', 'two words', 422],
    ['an accent', 'cl\u00e9', 422],
  ])('answers a key of %s with %3$i', async (_, value, status) => {
    const lamp = await given.product();
    const buyer = await given.customer();

    const answer = await buyer.places({ [lamp.id]: 1 }, key(value));

    expect(answer.status).toBe(status);
    if (status === 422)
      expect(answer.body.errors?.[0]).toMatchObject({ location: 'header', pointer: '/idempotency-key' });
  });
});
