// The statements that the service sends, for the baselines that send them without it.
import { readFileSync } from 'node:fs';

/** With the limits of every transaction of the service. */
export const BEGIN = constantOf('database/postgres-client.js', 'BEGIN');

/** What `lockProducts` makes TypeORM send. */
export const LOCK_PRODUCTS = `
  SELECT id, name, price_minor, stock_quantity, is_active, version, created_at, updated_at
    FROM products WHERE id = ANY($1) ORDER BY id ASC FOR UPDATE`;

export const RECORD_ORDERS = constantOf('orders/placement/record-orders.js', 'RECORD_ORDERS');

/** Read from the build and not copied, so that baselines never measure a statement of yesterday. @param {string} file @param {string} name */
function constantOf(file, name) {
  const source = readFileSync(new URL(`../../dist/${file}`, import.meta.url), 'utf8');
  const value = new RegExp(`${name} = \`([^\`]*)\``).exec(source)?.[1];
  if (!value) throw new Error(`There is no constant ${name} in ${file} any more.`);
  return value;
}

/**
 * @typedef {object} PlacedOrder
 * @property {number} customerId
 * @property {string} placementKey
 * @property {number} totalMinor
 * @property {{ productId: number, productName: string, quantity: number, priceMinor: number }[]} lines
 */

/** The parameters of RECORD_ORDERS. @param {PlacedOrder[]} orders */
export function recordParameters(orders) {
  /** @type {Map<number, number>} */
  const demand = new Map();
  const lines = orders.flatMap((order, index) =>
    order.lines.map((line) => ({ ...line, position: index + 1 })),
  );
  for (const { productId, quantity } of lines) demand.set(productId, (demand.get(productId) ?? 0) + quantity);
  return [
    [...demand.keys()],
    [...demand.values()],
    orders.map(({ customerId }) => customerId),
    orders.map(({ totalMinor }) => totalMinor),
    orders.map(({ placementKey }) => placementKey),
    orders.map(() => null),
    lines.map(({ position }) => position),
    lines.map(({ productId }) => productId),
    lines.map(({ productName }) => productName),
    lines.map(({ quantity }) => quantity),
    lines.map(({ priceMinor }) => priceMinor),
    demand.size,
    lines.length,
  ];
}
