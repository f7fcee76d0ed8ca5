import type { OrderStatus } from './order-status.js';
import type { PricedLine } from './placement/allocate.js';

/** An order as clients see it: its lines belong to it, in order of their products. */
export interface OrderWithItems {
  readonly id: number;
  readonly customerId: number;
  readonly status: OrderStatus;
  /** Minor units. */
  readonly totalMinor: number;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly items: readonly PricedLine[];
}

type LineColumns = [productId: number, productName: string, quantity: number, priceMinor: number];

/** What `ORDER_COLUMNS` select. */
export interface OrderRow extends Omit<OrderWithItems, 'items'> {
  readonly lines: readonly LineColumns[] | null;
}

/**
 * SQL for an order with its lines, which come as JSON in the same row: joined they would multiply it. Amounts are
 * whole and far below 2^53, so they are exact as `float8`, which pg hands over as numbers.
 */
export const ORDER_COLUMNS = `
         id, customer_id AS "customerId", status, total_minor::float8 AS "totalMinor", version,
         created_at AS "createdAt", updated_at AS "updatedAt",
         (SELECT json_agg(json_build_array(product_id, product_name, quantity, price_minor) ORDER BY product_id)
            FROM order_items WHERE order_id = orders.id) AS lines`;

/** @param id a placeholder or a column. */
export const orderById = (id: string): string => `SELECT ${ORDER_COLUMNS} FROM orders WHERE id = ${id}`;

export function withItems({ lines, ...order }: OrderRow): OrderWithItems {
  const items = (lines ?? []).map(([productId, productName, quantity, priceMinor]) => ({
    productId,
    productName,
    quantity,
    priceMinor,
  }));
  return { ...order, items };
}
