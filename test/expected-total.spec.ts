import { describe, expect, it } from '@jest/globals';
import type { OrderBody, ProblemBody } from './support/api-types.js';
import { useWorld } from './support/world.js';

const given = useWorld();

// Guarantees that nobody pays a total they have not agreed to,
// and that rounding in the client's sum causes no refusal.
describe('an order with an expected total', () => {
  it('takes no stock if the total is not the one that the buyer expects', async () => {
    const lamp = await given.product({ price: 10.5, stock: 5 });
    const buyer = await given.customer();
    const items = [{ product_id: lamp.id, quantity: 2 }];

    const refused = await buyer.client.post<ProblemBody>('/orders', { items, expected_total: 20 });
    const accepted = await buyer.client.post<OrderBody>('/orders', { items, expected_total: 21 });

    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({ code: 'price-changed', total_amount: 21 });
    expect(accepted.status).toBe(201);
    expect(await given.database.stockOf(lamp)).toBe(3);
  });

  it('accepts a total that the client has summed in floating point', async () => {
    const lamp = await given.product({ price: 33.1, stock: 50 });
    const buyer = await given.customer();
    const order = (expected_total: number, headers = {}) =>
      buyer.client.post<OrderBody & ProblemBody>(
        '/orders',
        { items: [{ product_id: lamp.id, quantity: 3 }], expected_total },
        { headers },
      );

    for (const total of [3 * 33.1, 99.29999999999998, 99.304, 99.296])
      expect(await order(total)).toMatchObject({ status: 201, body: { total_amount: 99.3 } });
    for (const total of [99.294, 99.306, 99.29, 99.31])
      expect((await order(total)).body).toMatchObject({ code: 'price-changed', total_amount: 99.3 });
    for (const total of [-0.001, 999_999_999_999.995, 1e308])
      expect((await order(total)).body).toMatchObject({ errors: [{ code: 'not-an-amount' }] });

    const first = await order(3 * 33.1, { 'idempotency-key': 'summed' });
    const retried = await order(99.3, { 'idempotency-key': 'summed' });
    expect([first.status, retried.status, retried.body.id]).toEqual([201, 201, first.body.id]);
  });
});
