import type { TestDatabase } from './database.js';

const [USERS, PRODUCTS, ORDERS] = [5_000, 20_000, 60_000];

/**
 * Fills the tables directly. Every second order belongs to customer 2, and most orders have product 1. Only
 * some of the oldest are pending, most have the same reference, and most products are inactive.
 */
export async function seedLargeTables(database: TestDatabase): Promise<void> {
  const session = await database.session();
  try {
    await session.query(
      `INSERT INTO users (username, username_key, password_hash, role)
       SELECT n, n, '-', CASE n WHEN 1 THEN 'admin' ELSE 'customer' END FROM generate_series(1, ${USERS}) AS n`,
    );
    await session.query(
      `INSERT INTO products (sku, name, price_minor, stock_quantity, is_active)
       SELECT 'sku ' || n, 'Product', 100, 0, n > ${PRODUCTS / 2} OR n < 10 FROM generate_series(1, ${PRODUCTS}) AS n`,
    );
    await session.query(
      `INSERT INTO orders (customer_id, reference, status, total_minor, placement_key, created_at, confirmed_at, cancelled_at)
       SELECT CASE n % 2 WHEN 0 THEN 2 ELSE 3 + n % ${USERS - 2} END,
              CASE n % 7 WHEN 0 THEN 'order ' || n ELSE 'common' END, status, 100, n, at,
              CASE status WHEN 'CONFIRMED' THEN at END, CASE status WHEN 'CANCELLED' THEN at END
         FROM generate_series(1, ${ORDERS}) AS n,
              LATERAL (SELECT timestamptz '2026-01-01' + n * interval '1 minute' AS at,
                CASE WHEN n < 5000 AND n % 4 = 1 THEN 'PENDING' WHEN n % 5 = 0 THEN 'CANCELLED' ELSE 'CONFIRMED' END
                  AS status) AS t
        ORDER BY n`,
    );
    await session.query(
      `INSERT INTO order_items (order_id, product_id, product_name, quantity, price_minor, created_at)
       SELECT id, product, 'Product', 1, 100, created_at
         FROM orders, LATERAL (SELECT 2 + id % ${PRODUCTS - 1} UNION ALL SELECT 1 WHERE id % 4 > 0) AS t (product)`,
    );
    await session.query('VACUUM ANALYZE');
  } finally {
    session.release();
  }
}
