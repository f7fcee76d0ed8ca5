// Fills a migrated database with SQL; the stock adds up from the start.
import { CUSTOMERS, ORDERS, PRODUCTS, sessionOf, STOCK, USERS } from '../catalogue.mjs';

/** No user signs in with a password here. */
const NO_PASSWORD = '!';

/**
 * Users, each signed in once, and products.
 * @param {import('pg').Client} client @param {import('../baskets.mjs').FileProduct[]} fileProducts
 */
export async function seedCatalogue(client, fileProducts) {
  await client.query(
    `INSERT INTO users (username, username_key, password_hash, role)
     SELECT name, name, $2, CASE n WHEN 1 THEN 'admin' ELSE 'customer' END
       FROM generate_series(1, $1::integer) AS n, concat('user-', n) AS name ORDER BY n`,
    [USERS, NO_PASSWORD],
  );
  const users = Array.from({ length: USERS }, (_, index) => index + 1);
  await client.query(
    `INSERT INTO sessions (id, user_id, family_hash, token_hash, expires_at)
     SELECT id, user_id, sha256(id::text::bytea), sha256(id::text::bytea), now() + interval '1 day'
       FROM unnest($1::uuid[], $2::bigint[]) AS t (id, user_id)`,
    [users.map(sessionOf), users],
  );
  await client.query(
    `INSERT INTO products (name, price_minor, stock_quantity)
     SELECT concat('Product ', n), 100 + n, $2::bigint FROM generate_series(1, $1::integer) AS n ORDER BY n`,
    [PRODUCTS, STOCK],
  );
  await client.query(
    `INSERT INTO products (name, price_minor, stock_quantity)
     SELECT name, price_minor, $3::bigint
       FROM unnest($1::varchar[], $2::bigint[]) WITH ORDINALITY AS t (name, price_minor, n) ORDER BY n`,
    [fileProducts.map(({ name }) => name), fileProducts.map(({ priceMinor }) => priceMinor), STOCK],
  );
  await client.query(
    'INSERT INTO stock_adjustments (product_id, quantity, created_by) SELECT id, stock_quantity, 1 ' +
      'FROM products',
  );
}

/** 100,000 orders with two lines each. @param {import('pg').Client} client */
export async function seedOrders(client) {
  await client.query('BEGIN');
  await client.query(
    `INSERT INTO orders (customer_id, status, total_minor, placement_key, confirmed_at)
     SELECT n % $2::integer + 2, CASE n % 3 WHEN 0 THEN 'PENDING' ELSE 'CONFIRMED' END, 0, gen_random_uuid(),
            CASE WHEN n % 3 > 0 THEN now() END
       FROM generate_series(1, $1::integer) AS n ORDER BY n`,
    [ORDERS, CUSTOMERS],
  );
  await client.query(
    `INSERT INTO order_items (order_id, product_id, product_name, quantity, price_minor)
     SELECT orders.id, products.id, products.name, 1, products.price_minor
       FROM orders, generate_series(0, 1) AS line, products
      WHERE products.id = (orders.id * 7 + line * (orders.id % ($1::integer - 1) + 1)) % $1::integer + 1`,
    [PRODUCTS],
  );
  await client.query(
    `UPDATE orders SET total_minor = sum FROM
       (SELECT order_id, sum(price_minor) FROM order_items GROUP BY order_id) AS item WHERE order_id = id`,
  );
  await client.query(
    `UPDATE products SET stock_quantity = stock_quantity - sum FROM
       (SELECT product_id, sum(quantity) FROM order_items GROUP BY product_id) AS item WHERE product_id = id`,
  );
  await client.query('COMMIT');
  await settle(client);
}

/**
 * Deletes all later orders, so that every measurement starts from the same state. The table is not emptied:
 * on an empty table, PostgreSQL would plan a full scan for each foreign key, and keep that plan while it
 * fills.
 * @param {import('pg').Client} client
 */
export async function removePlacedOrders(client) {
  await client.query(
    `WITH removed AS (DELETE FROM order_items WHERE order_id > $1 RETURNING product_id, quantity)
     UPDATE products SET stock_quantity = stock_quantity + sum FROM
       (SELECT product_id, sum(quantity) FROM removed GROUP BY product_id) AS item WHERE product_id = id`,
    [ORDERS],
  );
  await client.query('DELETE FROM orders WHERE id > $1', [ORDERS]);
  await settle(client);
}

/**
 * Does the maintenance that the server might otherwise do during a measurement.
 * @param {import('pg').Client} client
 */
async function settle(client) {
  await client.query('VACUUM ANALYZE users, sessions, products, orders, order_items');
  await client.query('CHECKPOINT');
}
