import type { Client } from 'pg';
import { groupBy } from './group-by.js';
import type { SoldLine } from './history.js';
import type { Shop } from './shop.js';

export interface StoredLine extends SoldLine {
  /** How often its stock was returned. */
  readonly returns: number;
}

export interface StoredOrder {
  readonly id: number;
  readonly customerId: number;
  readonly key: string;
  readonly status: string;
  readonly totalMinor: number;
  /** Whether it was cancelled by nobody and had an expiry. */
  readonly wasExpired: boolean;
  /** Whether it was cancelled before its expiry. */
  readonly endedEarly: boolean;
  readonly lines: readonly StoredLine[];
}

export interface StoredPurchase {
  readonly productId: number;
  readonly customerId: number;
  readonly quantity: number;
}

/** What the database holds after a storm. */
export interface StoredState {
  readonly stock: ReadonlyMap<number, number>;
  readonly adjustments: readonly { readonly productId: number; readonly quantity: number }[];
  /** What is counted for each customer of limited products. */
  readonly purchases: readonly StoredPurchase[];
  /** Of the products that were created during the storm. */
  readonly productNames: readonly string[];
  readonly orders: readonly StoredOrder[];
}

const STOCK = 'SELECT id, stock_quantity AS stock FROM products WHERE id = ANY($1)';
const ADJUSTMENTS = `
  SELECT product_id AS "productId", quantity FROM stock_adjustments WHERE product_id = ANY($1)`;
const PURCHASES = `
  SELECT product_id::float8 AS "productId", customer_id::float8 AS "customerId", quantity::float8 AS quantity
    FROM customer_purchases WHERE product_id = ANY($1)`;
const NAMES = 'SELECT name FROM products WHERE name = ANY($1)';
const ORDERS = `
  SELECT id, customer_id AS "customerId", placement_key AS key, status, total_minor AS "totalMinor",
         cancelled_at IS NOT NULL AND cancelled_by IS NULL AND expires_at IS NOT NULL AS "wasExpired",
         coalesce(cancelled_at < expires_at, false) AS "endedEarly"
    FROM orders WHERE customer_id = ANY($1) ORDER BY id`;
const LINES = `
  SELECT order_id AS "orderId", product_id AS "productId", quantity, price_minor AS "priceMinor",
         (SELECT count(*)::integer FROM stock_returns AS back
           WHERE back.order_id = item.order_id AND back.product_id = item.product_id) AS returns
    FROM order_items AS item
   WHERE order_id IN (SELECT id FROM orders WHERE customer_id = ANY($1)) ORDER BY order_id, product_id`;

/** Reads it in one snapshot. */
export async function readStoredState(
  client: Client,
  { productIds, buyers, history }: Pick<Shop, 'productIds' | 'buyers' | 'history'>,
): Promise<StoredState> {
  const customerIds = buyers.map(({ id }) => id);
  const createdNames = history.creations.map(({ name }) => name);
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  const stock = await client.query<{ id: number; stock: number }>(STOCK, [productIds]);
  const adjustments = await client.query<{ productId: number; quantity: number }>(ADJUSTMENTS, [productIds]);
  const purchases = await client.query<StoredPurchase>(PURCHASES, [productIds]);
  const names = await client.query<{ name: string }>(NAMES, [createdNames]);
  const orders = await client.query<Omit<StoredOrder, 'lines'>>(ORDERS, [customerIds]);
  const lines = await client.query<StoredLine & { orderId: number }>(LINES, [customerIds]);
  await client.query('COMMIT');
  const linesOf = groupBy(lines.rows, ({ orderId }) => orderId);
  return {
    stock: new Map(stock.rows.map((row) => [row.id, row.stock])),
    adjustments: adjustments.rows,
    purchases: purchases.rows,
    productNames: names.rows.map(({ name }) => name),
    orders: orders.rows.map((order) => ({ ...order, lines: linesOf.get(order.id) ?? [] })),
  };
}
