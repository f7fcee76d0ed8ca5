import type { QueryRunner } from 'typeorm';
import { TIME_UNDER_LOCK } from '../database/columns.js';
import { lockProducts } from '../products/lock-products.js';
import type { OrderWithItems } from './order-row.js';

const RETURN_STOCK = `
  WITH returned AS (
    INSERT INTO stock_returns (order_id, product_id)
    SELECT order_id, product_id FROM order_items WHERE order_id = $1 ORDER BY product_id
  )
  UPDATE products
     SET stock_quantity = stock_quantity + item.quantity, version = version + 1,
         updated_at = ${TIME_UNDER_LOCK()}
    FROM order_items AS item
   WHERE item.order_id = $1 AND products.id = item.product_id`;

/**
 * Returns the stock of an order and records the return. The caller holds the order's lock, and cancels the
 * order in the same transaction.
 */
export async function restock(queryRunner: QueryRunner, { id, items }: OrderWithItems): Promise<void> {
  await lockProducts(
    queryRunner,
    items.map(({ productId }) => productId),
  );
  const [, restocked] = (await queryRunner.query(RETURN_STOCK, [id])) as [unknown[], number];
  if (restocked !== items.length) throw new Error(`Restocked ${restocked} of ${items.length} lines.`);
}
