import { ID_MAX } from '../http/validation/rules.js';
import { WAS_EXPIRED } from '../orders/order.entity.js';
import type { DatabaseReader } from '../database/database.reader.js';
import type { Stream } from './merge-movements.js';

/** Each starts at a given id: `ID_MAX` is the newest movement, 0 the end of the stream. */
export const STREAMS = ['sold', 'adjusted', 'returned'] as const;

export interface StockSnapshot extends Record<(typeof STREAMS)[number], Stream> {
  readonly stockQuantity: number;
  /** The number of movements, up to `countMax`. */
  readonly counted: number;
}

/**
 * The newest movements of a product and its stock, from one snapshot. Each stream reads a range of an index.
 * With `product_id = $1`, the planner might scan a primary key across all products. Without `OFFSET 0`, it
 * might replace the look-ups by a scan of all orders.
 */
export const READ_MOVEMENTS = `
  WITH sold AS (
    SELECT line.order_id AS id, 'SOLD' AS kind, -line.quantity AS quantity, placed.at,
           placed.customer_id AS "userId", line.order_id AS "orderId", placed.reference, NULL AS reason
      FROM (SELECT order_id, quantity FROM order_items
             WHERE product_id >= $1 AND (product_id, created_at, order_id) <= ($1,
                     CASE $2::bigint WHEN ${ID_MAX} THEN 'infinity'::timestamptz
                                      ELSE (SELECT created_at FROM orders WHERE id = $2) END, $2)
             ORDER BY product_id DESC, created_at DESC, order_id DESC LIMIT $5) AS line
     CROSS JOIN LATERAL (SELECT customer_id, created_at AS at, reference FROM orders
                          WHERE orders.id = line.order_id OFFSET 0) AS placed
  ), adjusted AS (
    SELECT id,
           CASE created_at WHEN (SELECT created_at FROM products WHERE id = $1) THEN 'PUT_IN'
                           ELSE 'CORRECTED' END AS kind,
           quantity, created_at AS at, created_by AS "userId", NULL AS "orderId", reference, reason
      FROM stock_adjustments
     WHERE product_id >= $1 AND (product_id, id) <= ($1, $3)
     ORDER BY product_id DESC, id DESC LIMIT $5
  ), returned AS (
    SELECT back.id, cancelled.kind, cancelled.quantity, cancelled.at,
           cancelled.cancelled_by AS "userId", back.order_id AS "orderId", cancelled.reference,
           cancelled.cancel_reason AS reason
      FROM (SELECT id, order_id FROM stock_returns
             WHERE product_id >= $1 AND (product_id, id) <= ($1, $4)
             ORDER BY product_id DESC, id DESC LIMIT $5) AS back
     CROSS JOIN LATERAL (SELECT CASE WHEN ${WAS_EXPIRED} THEN 'EXPIRED' ELSE 'RETURNED' END AS kind,
                                 item.quantity, cancelled_by, cancelled_at AS at, reference, cancel_reason
                           FROM order_items AS item JOIN orders ON orders.id = item.order_id
                          WHERE item.order_id = back.order_id AND item.product_id = $1 OFFSET 0) AS cancelled
  ), counted AS (
    (SELECT 1 FROM order_items WHERE product_id BETWEEN $1 AND $1
      ORDER BY product_id, created_at, order_id LIMIT $6)
    UNION ALL
    (SELECT 1 FROM stock_adjustments WHERE product_id BETWEEN $1 AND $1 ORDER BY product_id, id LIMIT $6)
    UNION ALL
    (SELECT 1 FROM stock_returns WHERE product_id BETWEEN $1 AND $1 ORDER BY product_id, id LIMIT $6)
  )
  SELECT stock_quantity AS "stockQuantity", (SELECT count(*)::integer FROM counted) AS counted,
         (SELECT coalesce(json_agg(sold ORDER BY at DESC, id DESC), '[]') FROM sold) AS sold,
         (SELECT coalesce(json_agg(adjusted ORDER BY id DESC), '[]') FROM adjusted) AS adjusted,
         (SELECT coalesce(json_agg(returned ORDER BY id DESC), '[]') FROM returned) AS returned
    FROM products WHERE id = $1`;

/** @returns undefined if there is no such product. */
export async function readMovements(
  database: DatabaseReader,
  productId: number,
  { from, reach, countMax }: { from: readonly number[]; reach: number; countMax: number },
): Promise<StockSnapshot | undefined> {
  const [snapshot] = await database.rows<StockSnapshot>(READ_MOVEMENTS, [
    productId,
    ...from,
    reach,
    countMax,
  ]);
  return snapshot;
}
