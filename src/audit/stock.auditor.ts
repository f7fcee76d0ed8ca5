import { Injectable } from '@nestjs/common';
import { Observed } from '../common/observation.js';
import { DatabaseReader } from '../database/database.reader.js';

/** Products that are off are listed up to this many; `unbalancedCount` counts all. */
export const UNBALANCED_LISTED_MAX = 100;

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

export interface StockAudit {
  readonly balanced: boolean;
  readonly productsChecked: number;
  readonly unbalancedCount: number;
  readonly unbalanced: readonly UnbalancedProduct[];
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
  ), balance AS (
    SELECT products.id AS "productId",
           coalesce(put_in.quantity, 0)::float8 AS "putIn",
           coalesce(live.quantity, 0)::float8 AS "inLiveOrders",
           products.stock_quantity::float8 AS "stockQuantity"
      FROM products
      LEFT JOIN put_in ON put_in.product_id = products.id
      LEFT JOIN live ON live.product_id = products.id
  ), unbalanced AS (
    SELECT *, "stockQuantity" - ("putIn" - "inLiveOrders") AS difference
      FROM balance
     WHERE "stockQuantity" < 0 OR "stockQuantity" <> "putIn" - "inLiveOrders"
  ), listed AS (
    SELECT * FROM unbalanced ORDER BY "productId" LIMIT ${UNBALANCED_LISTED_MAX}
  )
  SELECT NOT EXISTS (SELECT FROM unbalanced) AS balanced,
         (SELECT count(*)::integer FROM balance) AS "productsChecked",
         (SELECT count(*)::integer FROM unbalanced) AS "unbalancedCount",
         (SELECT coalesce(json_agg(listed ORDER BY "productId"), '[]') FROM listed) AS unbalanced`;

/** A look at whether the stock adds up. */
export const AUDITS = new Observed<void, StockAudit>();

@Injectable()
export class StockAuditor {
  constructor(private readonly database: DatabaseReader) {}

  /** Proves that every stock is what was put in less what live orders hold, or lists the products that are off. */
  audit(): Promise<StockAudit> {
    return AUDITS.run(undefined, async () => {
      const [audit] = await this.database.rows<StockAudit>(COMPARE, []);
      return audit as StockAudit;
    });
  }
}
