import { ADVISORY_LOCKS } from '../../src/database/advisory-locks.js';
import type { TestDatabase } from './database.js';

type Id = { readonly id: number };

/** Moves the times of orders back, so that they expired a second ago. */
export async function expire(database: TestDatabase, ...orders: Id[]): Promise<void> {
  await database.rows(`UPDATE orders SET expires_at = now() - interval '1 second' WHERE id = ANY ($1)`, [
    orders.map(({ id }) => id),
  ]);
}

/** Holds the sweeper's lock, so that no process sweeps until it is released. */
export async function keepFromSweeping(database: TestDatabase): Promise<{ release(): Promise<void> }> {
  const outside = await database.session();
  await outside.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCKS.expirySweep]);
  return {
    async release() {
      await outside.query('SELECT pg_advisory_unlock($1)', [ADVISORY_LOCKS.expirySweep]);
      outside.release();
    },
  };
}

export function statusesOf(database: TestDatabase, orders: readonly Id[]): Promise<{ status: string }[]> {
  return database.rows(
    `SELECT status FROM unnest($1::bigint[]) WITH ORDINALITY AS asked (id, position) JOIN orders USING (id)
      ORDER BY position`,
    [orders.map(({ id }) => id)],
  );
}

/** Inserts orders directly that expired an hour ago and hold one unit each, with stock for them. */
export async function addExpired(
  database: TestDatabase,
  customer: Id,
  product: Id,
  count: number,
): Promise<void> {
  await database.rows(
    `WITH put_in AS (INSERT INTO stock_adjustments (product_id, quantity) VALUES ($2, $3)),
     placed AS (
       INSERT INTO orders (customer_id, status, total_minor, placement_key, expires_at)
       SELECT $1, 'PENDING', 100, 'expired ' || $2 || ' ' || n, now() - interval '1 hour'
         FROM generate_series(1, $3::integer) AS n RETURNING id)
     INSERT INTO order_items (order_id, product_id, product_name, quantity, price_minor)
     SELECT id, $2, 'Lamp', 1, 100 FROM placed`,
    [customer.id, product.id, count],
  );
}

/** An order and its two products. */
export interface ExpiredPair {
  readonly order: Id;
  readonly lamps: readonly [Id, Id];
}

/**
 * Inserts orders directly that expired an hour ago, each
 * with the last units of its own two products.
 */
export async function addExpiredPairs(
  database: TestDatabase,
  customer: Id,
  count: number,
): Promise<ExpiredPair[]> {
  const ids = await database.addProducts(2 * count, 1);
  const rows = await database.rows<{ id: number; one: number; other: number }>(
    `WITH pair AS (
       SELECT one, other, 'expired ' || one AS key FROM unnest($2::bigint[], $3::bigint[]) AS t (one, other)
     ), placed AS (
       INSERT INTO orders (customer_id, status, total_minor, placement_key, expires_at)
       SELECT $1, 'PENDING', 200, key, now() - interval '1 hour' FROM pair RETURNING id, placement_key
     ), sold AS (
       UPDATE products SET stock_quantity = 0 WHERE id = ANY ($2 || $3)
     ), line AS (
       INSERT INTO order_items (order_id, product_id, product_name, quantity, price_minor)
       SELECT placed.id, product_id, 'Lamp', 1, 100
         FROM placed JOIN pair ON key = placement_key, unnest(ARRAY[one, other]) AS product_id
     )
     SELECT placed.id, one, other FROM placed JOIN pair ON key = placement_key`,
    [customer.id, ids.slice(0, count), ids.slice(count)],
  );
  return rows.map(({ id, one, other }) => ({ order: { id }, lamps: [{ id: one }, { id: other }] }));
}
