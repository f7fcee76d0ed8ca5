import type { QueryRunner } from 'typeorm';
import { TIME_UNDER_LOCK } from '../database/columns.js';
import { recordEvents } from '../database/event-record.js';
import { lockProducts } from '../products/lock-products.js';

export interface OrderToCancel {
  readonly id: number;
  readonly productIds: readonly number[];
}

/** By whom, and the reason if one was given. Expired orders are cancelled by nobody. */
export interface Cancellation {
  readonly by: number | null;
  readonly reason: string | null;
}

const EVENT_TYPE = `CASE WHEN max(cancelled_by) IS NULL THEN 'order.expired' ELSE 'order.cancelled' END`;

/** Returns the stock only of orders that this very statement cancels, so none returns it twice. */
const CANCEL_ORDERS = `
  WITH cancelled AS (
    UPDATE orders
       SET status = 'CANCELLED', cancelled_by = $2, cancel_reason = $3, cancelled_at = ${TIME_UNDER_LOCK()},
           version = version + 1, updated_at = ${TIME_UNDER_LOCK()}
     WHERE id = ANY ($1) AND status <> 'CANCELLED'
    RETURNING id, customer_id, cancelled_by
  ), line AS (
    SELECT item.order_id, cancelled.customer_id, item.product_id, item.quantity
      FROM cancelled JOIN order_items AS item ON item.order_id = cancelled.id
  ), returned AS (
    INSERT INTO stock_returns (order_id, product_id)
    SELECT order_id, product_id FROM line ORDER BY order_id, product_id
  ), restocked AS (
    UPDATE products
       SET stock_quantity = stock_quantity + line.quantity, version = version + 1,
           updated_at = ${TIME_UNDER_LOCK()}
      FROM (SELECT product_id, sum(quantity) AS quantity FROM line GROUP BY product_id) AS line
     WHERE products.id = line.product_id
    RETURNING products.id
  ), lowered AS (
    UPDATE customer_purchases AS bought SET quantity = bought.quantity - line.quantity
      FROM (SELECT product_id, customer_id, sum(quantity) AS quantity FROM line GROUP BY 1, 2) AS line
     WHERE bought.product_id = line.product_id AND bought.customer_id = line.customer_id
  ), event AS (${recordEvents(EVENT_TYPE, 'array_agg(id ORDER BY id)', 'cancelled')}
  )
  SELECT (SELECT count(*)::integer FROM cancelled) AS cancelled,
         (SELECT count(*)::integer FROM restocked) AS restocked`;

/**
 * Cancels orders, and returns their stock and their part of purchase limits. Nothing else returns either. The
 * caller has locked the orders; their products are locked here.
 */
export async function cancelOrders(
  queryRunner: QueryRunner,
  orders: readonly OrderToCancel[],
  { by, reason }: Cancellation,
): Promise<void> {
  const products = await lockProducts(
    queryRunner,
    orders.flatMap(({ productIds }) => productIds),
  );
  const ids = orders.map(({ id }) => id);
  const [done] = (await queryRunner.query(CANCEL_ORDERS, [ids, by, reason])) as [
    { cancelled: number; restocked: number },
  ];
  if (done.cancelled !== orders.length || done.restocked !== products.size)
    throw new Error(
      `Expected ${orders.length} orders and ${products.size} products: ${JSON.stringify(done)}`,
    );
}
