import { Observed } from '../common/observation.js';
import type { DatabaseReader } from '../database/database.reader.js';

/** What is off is listed up to this many; the counts are of all. */
export const LISTED_MAX = 100;

interface UnbalancedProduct {
  readonly productId: number;
  /** Put in by hand, less what was taken out by hand. */
  readonly putIn: number;
  /** In the lines of orders that are not cancelled. */
  readonly inLiveOrders: number;
  readonly stockQuantity: number;
  /** What the stock is too high by; negative when units are missing. */
  readonly difference: number;
}

/** A customer's purchases of a limited product; those of others are not counted. */
interface MiscountedPurchase {
  readonly productId: number;
  readonly customerId: number;
  readonly counted: number;
  readonly inLiveOrders: number;
}

export interface StockAudit {
  readonly balanced: boolean;
  readonly productsChecked: number;
  readonly unbalancedCount: number;
  readonly unbalanced: readonly UnbalancedProduct[];
  readonly miscountedCount: number;
  readonly miscounted: readonly MiscountedPurchase[];
}

/** One statement, so one snapshot: a sale is either wholly in it or not at all. */
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
    SELECT product_id AS "productId", customer_id AS "customerId",
           coalesce(counter.quantity, 0) AS counted,
           coalesce(purchase.quantity, 0) AS "inLiveOrders"
      FROM purchase FULL JOIN customer_purchases AS counter USING (product_id, customer_id)
     WHERE coalesce(counter.quantity, 0) <> coalesce(purchase.quantity, 0)
  ), balance AS (
    SELECT products.id AS "productId",
           coalesce(put_in.quantity, 0) AS "putIn",
           coalesce(live.quantity, 0) AS "inLiveOrders",
           products.stock_quantity AS "stockQuantity"
      FROM products
      LEFT JOIN put_in ON put_in.product_id = products.id
      LEFT JOIN live ON live.product_id = products.id
  ), unbalanced AS (
    SELECT *, "stockQuantity" - ("putIn" - "inLiveOrders") AS difference
      FROM balance
     WHERE "stockQuantity" < 0 OR "stockQuantity" <> "putIn" - "inLiveOrders"
  ), listed AS (
    SELECT * FROM unbalanced ORDER BY "productId" LIMIT ${LISTED_MAX}
  ), listed_miscounted AS (
    SELECT * FROM miscounted ORDER BY "productId", "customerId" LIMIT ${LISTED_MAX}
  )
  SELECT NOT EXISTS (SELECT FROM unbalanced) AND NOT EXISTS (SELECT FROM miscounted) AS balanced,
         (SELECT count(*)::integer FROM balance) AS "productsChecked",
         (SELECT count(*)::integer FROM unbalanced) AS "unbalancedCount",
         (SELECT coalesce(json_agg(listed ORDER BY "productId"), '[]') FROM listed) AS unbalanced,
         (SELECT count(*)::integer FROM miscounted) AS "miscountedCount",
         (SELECT coalesce(json_agg(one ORDER BY "productId", "customerId"), '[]')
            FROM listed_miscounted AS one) AS miscounted`;

/** A look at whether the stock adds up. */
export const AUDITS = new Observed<void, StockAudit>();

/**
 * Proves that every stock is what was put in less what live orders hold, and that the purchases of limited
 * products are counted right, or lists what is off.
 */
export function auditStock(database: Pick<DatabaseReader, 'rows'>): Promise<StockAudit> {
  return AUDITS.run(undefined, async () => {
    const [audit] = await database.rows<StockAudit>(COMPARE, []);
    return audit as StockAudit;
  });
}
