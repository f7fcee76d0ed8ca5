import { describe, expect, it } from '@jest/globals';
import type { OrderBody, ProblemBody, ProductBody } from './support/api-types.js';
import { oneOf } from './support/buying.js';
import type { Answer } from './support/client.js';
import { until } from './support/database.js';
import { type Person, useWorld } from './support/world.js';

const given = useWorld();

/** A lamp at version 2 with price 10 and 5 units left, and the order that bought one. */
interface Sale {
  readonly lamp: ProductBody;
  readonly order: OrderBody;
  readonly buyer: Person;
  readonly admin: Person;
}

// Guarantees that no write is decided by data read before it held its locks.
describe('a write that has to wait for a row', () => {
  it.each<[string, (sale: Sale) => Promise<Answer<ProblemBody>>, string, string]>([
    [
      'the price that the buyer agreed to',
      ({ buyer, lamp }) => buyer.client.post('/orders', { ...oneOf(lamp), expected_total: 10 }),
      'UPDATE products SET price_minor = 2000 WHERE id = $1',
      'price-changed',
    ],
    [
      'whether the product is for sale',
      ({ buyer, lamp }) => buyer.client.post('/orders', oneOf(lamp)),
      'UPDATE products SET is_active = false WHERE id = $1',
      'product-inactive',
    ],
    [
      'the version of the product',
      ({ admin, lamp }) =>
        admin.client.patch(`/products/${lamp.id}`, { stock_quantity: 9 }, { headers: { 'if-match': '"2"' } }),
      'UPDATE products SET version = version + 1 WHERE id = $1',
      'precondition-failed',
    ],
    [
      'the stock that is taken out',
      ({ admin, lamp }) => admin.client.patch(`/products/${lamp.id}`, { stock_delta: -3 }),
      `WITH taken AS (INSERT INTO stock_adjustments (product_id, quantity) VALUES ($1, -3))
       UPDATE products SET stock_quantity = stock_quantity - 3 WHERE id = $1`,
      'insufficient-stock',
    ],
    [
      'the status of the order',
      ({ admin, order }) => admin.client.patch(`/orders/${order.id}/confirm`),
      `UPDATE orders SET status = 'CONFIRMED', confirmed_at = now(), confirmed_by = customer_id
        WHERE id = (SELECT order_id FROM order_items WHERE product_id = $1)`,
      'invalid-transition',
    ],
    [
      'the version of the order',
      ({ admin, order }) =>
        admin.client.patch(`/orders/${order.id}/cancel`, undefined, { headers: { 'if-match': '"1"' } }),
      `UPDATE orders SET version = version + 1
        WHERE id = (SELECT order_id FROM order_items WHERE product_id = $1)`,
      'precondition-failed',
    ],
  ])('checks %s under its lock, as the other transaction has left it', async (_, write, change, code) => {
    const lamp = await given.product({ stock: 6, price: 10 });
    const [buyer, admin] = [await given.customer(), await given.admin()];
    const order = await given.order(buyer, { [lamp.id]: 1 });
    const outside = await given.database.session();
    await outside.query('BEGIN');
    await outside.query(change, [lamp.id]);
    const waiting = write({ buyer, admin, lamp, order });
    await until('it waits', async () => (await given.database.waitingForLocks()) === 1);

    await outside.query('COMMIT');
    outside.release();

    expect((await waiting).body.code).toBe(code);
    expect(await given.database.stockOf(lamp)).toBe(code === 'insufficient-stock' ? 2 : 5);
  });
});
