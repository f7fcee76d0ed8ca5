import { describe, expect, it } from '@jest/globals';
import { runCommand } from './support/command.js';
import { useWorld } from './support/world.js';

const given = useWorld();

// Guarantees that the audit sees what is off, and nothing else.
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

    const balanced = { balanced: true, products_checked: 2, unbalanced_count: 0, unbalanced: [] };
    expect([before.body, after.body]).toEqual([balanced, balanced]);
    expect(off.body).toEqual({
      balanced: false,
      products_checked: 2,
      unbalanced_count: 1,
      unbalanced: [{ product_id: lamp.id, put_in: 10, in_live_orders: 3, stock_quantity: 9, difference: 2 }],
    });
  });
});
