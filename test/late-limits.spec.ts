import { describe, expect, it, jest } from '@jest/globals';
import { change, countOf } from './support/drops.js';
import { succeeded, useWorld } from './support/world.js';

/** Enough that counting takes longer than placing, but far less than its time limit on a slow machine. */
const ORDERS = 30_000;

jest.setTimeout(120_000);

const given = useWorld();

/** A product with one order each of this many customers, inserted directly into the database. */
async function soldToMany(): Promise<{ id: number }> {
  const id = await given.database.addProduct(ORDERS + 10);
  // Constraint checks would take half of the time, and these rows are known to be valid.
  await given.database.rows('ALTER TABLE orders DROP CONSTRAINT fk_orders_customer');
  await given.database.rows(
    'ALTER TABLE order_items DROP CONSTRAINT fk_order_items_order, DROP CONSTRAINT fk_order_items_product',
  );
  await given.database.rows(
    `WITH customer AS (
       INSERT INTO users (username, username_key, password_hash, role)
       SELECT name, name, '-', 'customer' FROM generate_series(1, $1::integer) AS n, concat('many-', n) AS name
       RETURNING id
     ), placed AS (
       INSERT INTO orders (customer_id, status, total_minor, placement_key)
       SELECT id, 'PENDING', 100, 'past' FROM customer ORDER BY id % 1009 RETURNING id
     ), line AS (
       INSERT INTO order_items (order_id, product_id, product_name, quantity, price_minor)
       SELECT id, $2::bigint, 'Lamp', 1, 100 FROM placed
     )
     UPDATE products SET stock_quantity = stock_quantity - $1::integer WHERE id = $2`,
    [ORDERS, id],
  );
  return { id };
}

// Guarantees that a limit can be set late, even on a product with very many orders.
describe('the first limit of a product with very many orders', () => {
  it('counts all of them within its time limit, including orders placed meanwhile', async () => {
    const [lamp, buyers] = [await soldToMany(), await given.customers(8)];

    const buying = buyers.map((buyer) => buyer.places({ [lamp.id]: 1 }));
    const limited = await change(given, lamp, { max_per_customer: 1 });
    const bought = await Promise.all(buying);

    expect(limited.status).toBe(200);
    expect(await given.database.value('SELECT sum(quantity)::integer FROM customer_purchases')).toBe(
      ORDERS + bought.filter(succeeded).length,
    );
    for (const [index, buyer] of buyers.entries()) {
      const again = await buyer.places({ [lamp.id]: 1 });
      expect(await countOf(given, lamp, buyer)).toBe(1);
      expect(succeeded(again)).toBe(!succeeded(bought[index] ?? again));
    }
  });

  it('never checks a foreign key for each customer, which would take most of the time', async () => {
    expect(
      await given.database.rows(
        `SELECT conname FROM pg_constraint WHERE contype = 'f' AND conrelid = 'customer_purchases'::regclass`,
      ),
    ).toEqual([]);
  });
});
