// Fills a copy of the template with orders, so that what is asked has the same answer whatever the size: the
// customer with 100 orders has 100, and only the rest of the table grows.

/** @typedef {{ orders: number, products: number }} Size */

/** Products grow in proportion to the orders. @type {Size} */
export const SMALL = { orders: 10_000, products: 1_000 };
/** @type {Size} */
export const LARGE = { orders: 1_000_000, products: 100_000 };

/** Whose data is requested. */
export const HALF = { customer: 2 };
export const HUNDRED = { customer: 4, product: 500 };
export const ONE = { product: 501 };
export const NONE = { customer: 5, product: 502 };
export const MOST = { product: 1 };
/** Pending orders, spread over the whole year. */
const PENDING = 50;

/**
 * A year of orders, 2.5 lines each on average.
 * @param {import('pg').Client} client @param {Size} size
 */
export async function seedScale(client, { orders, products }) {
  await client.query('BEGIN');
  await client.query(
    `INSERT INTO products (name, price_minor, stock_quantity)
     SELECT concat('Product ', n), 100, 0
       FROM generate_series((SELECT max(id) FROM products) + 1, $1::integer) AS n ORDER BY n`,
    [products],
  );
  await client.query(
    `INSERT INTO orders (customer_id, status, total_minor, placement_key, created_at, confirmed_at, cancelled_at)
     SELECT CASE WHEN n % 2 = 0 THEN ${HALF.customer}
                 WHEN n % ($1::integer / 100) = 1 THEN ${HUNDRED.customer} ELSE 6 + n % 9000 END,
            status, 0, gen_random_uuid(), at,
            CASE status WHEN 'CONFIRMED' THEN at END, CASE status WHEN 'CANCELLED' THEN at END
       FROM generate_series(1, $1::integer) AS n,
            LATERAL (SELECT timestamptz '2026-01-01' + n * (interval '365 days' / $1::integer) AS at,
                            CASE WHEN n % ($1::integer / ${PENDING}) = 3 THEN 'PENDING'
                                 WHEN n % 5 = 0 THEN 'CANCELLED' ELSE 'CONFIRMED' END AS status) AS t
      ORDER BY n`,
    [orders],
  );
  await client.query(
    `INSERT INTO order_items (order_id, product_id, product_name, quantity, price_minor, created_at)
     SELECT o.id, product, concat('Product ', product), 1, 0, o.created_at
       FROM orders AS o, LATERAL (
         SELECT ${MOST.product} WHERE o.id % 10 < 6
         UNION ALL SELECT ${HUNDRED.product} WHERE o.id % ($1::integer / 100) = 5
         UNION ALL SELECT ${ONE.product} WHERE o.id = $1::integer / 2
         UNION ALL SELECT 503 + (o.id * 7 + line * (o.id % 100 + 1)) % ($2::integer - 502)
           FROM generate_series(0, CASE WHEN o.id % 10 < 9 THEN 1 ELSE 0 END) AS line
       ) AS t (product)`,
    [orders, products],
  );
  await client.query('COMMIT');
  await client.query('VACUUM ANALYZE');
  await client.query('CHECKPOINT');
}
