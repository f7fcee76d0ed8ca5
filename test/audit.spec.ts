import { describe, expect, it } from '@jest/globals';
import { runCommand } from './support/command.js';
import { useWorld } from './support/world.js';

const given = useWorld();

// Guarantees that the audit reports exactly what is wrong.
describe('the stock audit', () => {
  it('lists exactly the products whose stock is not what was put in less what was sold', async () => {
    const [lamp, desk] = [await given.product({ stock: 10 }), await given.product({ stock: 10 })];
    const [buyer, admin] = [await given.customer(), await given.admin()];
    await given.order(buyer, { [lamp.id]: 3, [desk.id]: 1 });
    const cancelled = await given.order(buyer, { [lamp.id]: 2 });
    await buyer.client.patch(`/orders/${cancelled.id}/cancel`);
    const before = await admin.client.get('/audit/stock');

    await given.database.rows('UPDATE products SET stock_quantity = stock_quantity + 2 WHERE id = $1', [
      lamp.id,
    ]);
    const off = await admin.client.get('/audit/stock');
    const command = runCommand('audit', { variables: { DATABASE_URL: given.database.url } });
    await expect(command).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringContaining('"balanced": false'),
    });
    await given.database.rows('UPDATE products SET stock_quantity = stock_quantity - 2 WHERE id = $1', [
      lamp.id,
    ]);
    const after = await admin.client.get('/audit/stock');

    const right = { unbalanced_count: 0, unbalanced: [], miscounted_count: 0, miscounted: [] };
    const balanced = { balanced: true, products_checked: 2, ...right };
    expect([before.body, after.body]).toEqual([balanced, balanced]);
    expect(off.body).toEqual({
      ...balanced,
      balanced: false,
      unbalanced_count: 1,
      unbalanced: [{ product_id: lamp.id, put_in: 10, in_live_orders: 3, stock_quantity: 9, difference: 2 }],
    });
  });

  it('lists exactly the miscounted purchases of limited products', async () => {
    const [lamp, desk] = [await given.product({ max_per_customer: 3 }), await given.product()];
    const [one, two] = [await given.customer(), await given.customer()];
    const admin = await given.admin();
    await given.order(one, { [lamp.id]: 3, [desk.id]: 3 });
    await given.order(two, { [lamp.id]: 1, [desk.id]: 1 });
    const count = (customer: { id: number }, product: { id: number }, quantity: number) =>
      given.database.rows(
        `INSERT INTO customer_purchases (product_id, customer_id, quantity) VALUES ($1, $2, $3)
           ON CONFLICT (product_id, customer_id) DO UPDATE SET quantity = excluded.quantity`,
        [product.id, customer.id, quantity],
      );
    const before = await admin.client.get('/audit/stock');

    await count(one, lamp, 2);
    await count(one, desk, 3);
    await given.database.rows('DELETE FROM customer_purchases WHERE customer_id = $1', [two.id]);
    const off = await admin.client.get('/audit/stock');
    await count(one, lamp, 3);
    await count(one, desk, 0);
    await count(two, lamp, 1);
    const after = await admin.client.get('/audit/stock');

    expect([before.body, after.body]).toMatchObject(Array(2).fill({ balanced: true, miscounted_count: 0 }));
    expect(off.body).toMatchObject({
      balanced: false,
      unbalanced_count: 0,
      miscounted_count: 3,
      miscounted: [
        { product_id: lamp.id, customer_id: one.id, counted: 2, in_live_orders: 3 },
        { product_id: lamp.id, customer_id: two.id, counted: 0, in_live_orders: 1 },
        { product_id: desk.id, customer_id: one.id, counted: 3, in_live_orders: 0 },
      ],
    });
  });
});
