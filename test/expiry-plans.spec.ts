import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ANY_OVERDUE, LOCK_OVERDUE } from '../src/orders/expired-orders.js';
import { OLDEST_OVERDUE } from '../src/orders/expiry.sweeper.js';
import { HELD_BY_EXPIRED, OVERDUE_IF_SHORT } from '../src/orders/placement/short-orders.js';
import { TestDatabase } from './support/database.js';
import { plansOf } from './support/query-plans.js';

const OVERDUE = 5;
const FIRST = ['-infinity', 0];

let database: TestDatabase;

/**
 * 40,000 orders: half of them were confirmed in time, a few have expired, and the rest have time left.
 */
beforeAll(async () => {
  database = await TestDatabase.create();
  await database.addCustomer();
  await database.addProducts(50, 1);
  await database.rows(
    `INSERT INTO orders (customer_id, status, total_minor, placement_key, confirmed_at, expires_at)
     SELECT 1, CASE WHEN is_confirmed THEN 'CONFIRMED' ELSE 'PENDING' END, 100, n,
            CASE WHEN is_confirmed THEN now() END,
            now() + CASE WHEN is_confirmed OR n <= ${OVERDUE} * 2 THEN -1 ELSE 1 END * n * interval '1 second'
       FROM generate_series(1, 40000) AS n, LATERAL (SELECT n % 2 = 0 AS is_confirmed) AS t`,
  );
  await database.rows(
    `INSERT INTO order_items (order_id, product_id, product_name, quantity, price_minor)
     SELECT id, 1 + id % 50, 'Lamp', 1, 100 FROM orders`,
  );
  await database.rows('VACUUM ANALYZE');
});
afterAll(() => database.drop());

// Guarantees that finding expired orders costs as much as there are of them, however many orders there are.
describe('the query for expired orders', () => {
  it.each<[string, string, unknown[]]>([
    ['whether there are any, for each group of orders', `SELECT ${ANY_OVERDUE}`, []],
    ['how old the oldest one is', OLDEST_OVERDUE, []],
    ['which of some products they hold', HELD_BY_EXPIRED, ['{1,2,3}']],
    ['all of them', LOCK_OVERDUE.wait, [...FIRST, null]],
    ['those that nobody has locked', LOCK_OVERDUE.skip, [...FIRST, null]],
    ['those with some products', LOCK_OVERDUE.wait, [...FIRST, '{1,2,3}']],
  ])('uses the index of expired orders: %s', async (_, text, values) => {
    for (const nodes of await plansOf(database, { text, values })) {
      const scans = nodes.filter((node) => node['Relation Name'] !== undefined);
      const looked = scans.map(
        (node) => (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
      );
      expect(scans.map((node) => node['Node Type'])).not.toContain('Seq Scan');
      expect(looked.reduce((sum, rows) => sum + rows, 0)).toBeLessThanOrEqual(OVERDUE * 3);
    }
  });

  it.each([
    ['is skipped if there is enough for all', 'stock_quantity = 1', 0],
    ['runs if the stock may not be enough', 'stock_quantity = 0', 1],
    ['runs if a limit may be used up', 'max_per_customer = 1', 1],
  ])('%s, in a group of orders', async (_, change, looks) => {
    await database.rows(`UPDATE products SET stock_quantity = 1, max_per_customer = NULL`);
    await database.rows(`UPDATE products SET ${change} WHERE id = 7`);
    const text = `SELECT ${OVERDUE_IF_SHORT.replace(':pieces', '$1::bigint')} FROM products AS product WHERE id = 7`;

    for (const nodes of await plansOf(database, { text, values: [1] })) {
      const scans = nodes.filter((node) => node['Relation Name'] === 'orders');
      expect(scans.map((node) => node['Actual Loops'])).toEqual([looks]);
    }
  });
});
