import { Observed } from '../common/observation.js';
import type { DatabaseReader } from '../database/database.reader.js';
import { LISTED_MAX, type StockAuditResponseDto } from './stock-audit-response.dto.js';

/** One statement, so one snapshot: it sees a sale entirely or not at all. */
const COMPARE = `
  WITH put_in AS (
    SELECT product_id, sum(quantity) AS quantity FROM stock_adjustments GROUP BY product_id
  ), live AS (
    SELECT item.product_id, sum(item.quantity) AS quantity
      FROM order_items AS item JOIN orders ON orders.id = item.order_id
     WHERE orders.status <> 'CANCELLED'
     GROUP BY item.product_id
  ), purchase AS (
    SELECT item.product_id, orders.customer_id, sum(item.quantity) AS quantity
      FROM products JOIN order_items AS item ON item.product_id = products.id
      JOIN orders ON orders.id = item.order_id
     WHERE products.max_per_customer IS NOT NULL AND orders.status <> 'CANCELLED'
     GROUP BY item.product_id, orders.customer_id
  ), miscounted AS (
    SELECT product_id, customer_id,
           coalesce(counter.quantity, 0) AS counted,
           coalesce(purchase.quantity, 0) AS in_live_orders
      FROM purchase FULL JOIN customer_purchases AS counter USING (product_id, customer_id)
     WHERE coalesce(counter.quantity, 0) <> coalesce(purchase.quantity, 0)
  ), balance AS (
    SELECT products.id AS product_id,
           coalesce(put_in.quantity, 0) AS put_in,
           coalesce(live.quantity, 0) AS in_live_orders,
           products.stock_quantity
      FROM products
      LEFT JOIN put_in ON put_in.product_id = products.id
      LEFT JOIN live ON live.product_id = products.id
  ), unbalanced AS (
    SELECT *, stock_quantity - (put_in - in_live_orders) AS difference
      FROM balance
     WHERE stock_quantity < 0 OR stock_quantity <> put_in - in_live_orders
  ), listed AS (
    SELECT * FROM unbalanced ORDER BY product_id LIMIT ${LISTED_MAX}
  ), listed_miscounted AS (
    SELECT * FROM miscounted ORDER BY product_id, customer_id LIMIT ${LISTED_MAX}
  )
  SELECT NOT EXISTS (SELECT FROM unbalanced) AND NOT EXISTS (SELECT FROM miscounted) AS balanced,
         (SELECT count(*)::integer FROM balance) AS products_checked,
         (SELECT count(*)::integer FROM unbalanced) AS unbalanced_count,
         (SELECT coalesce(json_agg(listed ORDER BY product_id), '[]') FROM listed) AS unbalanced,
         (SELECT count(*)::integer FROM miscounted) AS miscounted_count,
         (SELECT coalesce(json_agg(one ORDER BY product_id, customer_id), '[]')
            FROM listed_miscounted AS one) AS miscounted`;

export const AUDITS = new Observed<void, StockAuditResponseDto>();

/**
 * Proves that the stock of each product is what was put in less what live orders hold, and that purchases of
 * limited products are counted right. Lists what is wrong.
 */
export function auditStock(database: Pick<DatabaseReader, 'rows'>): Promise<StockAuditResponseDto> {
  return AUDITS.run(undefined, async () => {
    const [audit] = await database.rows<StockAuditResponseDto>(COMPARE, []);
    return audit as StockAuditResponseDto;
  });
}
