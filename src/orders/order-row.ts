import { columnOf, selecting } from '../database/columns.js';
import { OrderItem } from './order-item.entity.js';
import { Order } from './order.entity.js';

/** The columns that a request brings. The database and the writing statement fill the others. */
export const NEW_ORDER = ['customerId', 'totalMinor', 'placementKey', 'requestHash'] as const;
/** The columns that clients see. */
const SEEN = [
  'id',
  'customerId',
  'status',
  'totalMinor',
  'expiresAt',
  'version',
  'createdAt',
  'updatedAt',
] as const;
/** The columns of a line, without its order and time. */
export const LINE = ['productId', 'productName', 'quantity', 'priceMinor'] as const;

export type NewOrder = Readonly<Pick<Order, (typeof NEW_ORDER)[number]>>;

/** A line, with the product's name and price at the time of the order. */
export type PricedLine = Readonly<Pick<OrderItem, (typeof LINE)[number]>>;

/** An order as clients see it, with its lines in order of product id. */
export type OrderWithItems = Readonly<Pick<Order, (typeof SEEN)[number]>> & {
  readonly items: readonly PricedLine[];
};

/** A row of `ORDER_COLUMNS`. */
export type OrderRow = Omit<OrderWithItems, 'items'> & {
  readonly lines:
    readonly [productId: number, productName: string, quantity: number, priceMinor: number][] | null;
};

/** SQL for an order with its lines. These are JSON in the same row, because a join would repeat the order. */
export const ORDER_COLUMNS = `${selecting(Order, SEEN)},
         (SELECT json_agg(json_build_array(${LINE.map((name) => columnOf(OrderItem, name).name).join(', ')})
                          ORDER BY product_id)
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

/** An order that was just written, built without another query. */
export function newOrder(
  { customerId, totalMinor }: NewOrder,
  lines: readonly PricedLine[],
  id: number,
  { createdAt, expiresAt }: Pick<Order, 'createdAt' | 'expiresAt'>,
): OrderWithItems {
  const items = [...lines].sort((a, b) => a.productId - b.productId);
  return {
    id,
    customerId,
    status: 'PENDING',
    totalMinor,
    expiresAt,
    version: 1,
    createdAt,
    updatedAt: createdAt,
    items,
  };
}
