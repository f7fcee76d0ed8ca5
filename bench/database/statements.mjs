// The service's statements, for the baselines that send them directly.
import { readFileSync } from 'node:fs';
import { recordOrders } from '#dist/orders/placement/record-orders.js';

/** With the limits of the service's transactions, read from its build so that they are never outdated. */
export const BEGIN = constantOf('database/postgres-client.js', 'BEGIN');

/** What TypeORM sends for `lockProducts`. */
const LOCK_PRODUCTS = `
  SELECT id, name, price_minor, stock_quantity, is_active, version, created_at, updated_at
    FROM products WHERE id = ANY($1) ORDER BY id ASC FOR UPDATE`;

/**
 * @typedef {import('pg').ClientBase} Client
 * @typedef {{ id: number, name: string, price_minor: string,
 *   stock_quantity: string, is_active: boolean }} LockedRow
 * @typedef {object} PlacedOrder
 * @property {number} customerId
 * @property {string} placementKey
 * @property {number} totalMinor
 * @property {{ productId: number, productName: string, quantity: number, priceMinor: number }[]} lines
 */

/** @param {Client} client @param {number[]} ids in ascending order. @returns {Promise<LockedRow[]>} */
export async function lockRows(client, ids) {
  /** @type {import('pg').QueryResult<LockedRow>} */
  const { rows } = await client.query({ name: 'lock', text: LOCK_PRODUCTS, values: [ids] });
  return rows;
}

/**
 * Writes orders with the service's own statement, which is sent before this returns.
 * @param {Client} client
 * @param {PlacedOrder[]} orders
 * @returns {Promise<import('#dist/database/json.js').Resource[]>} in the order given.
 */
export function record(client, orders) {
  const query = (/** @type {string} */ text, /** @type {unknown[]} */ values) =>
    client.query({ name: 'record', text, values }).then(({ rows }) => /** @type {unknown[]} */ (rows));
  const allocated = new Map(orders.map((order) => [order, { ...order, requestHash: null }]));
  const recorded = recordOrders(/** @type {any} */ ({ query }), /** @type {any} */ (allocated), 0);
  return recorded.then((placed) => [...placed.values()].map(({ resource }) => resource));
}

/** @param {string} file @param {string} name */
function constantOf(file, name) {
  const source = readFileSync(new URL(`../../dist/${file}`, import.meta.url), 'utf8');
  const value = new RegExp(`${name} = \`([^\`]*)\``).exec(source)?.[1];
  if (!value) throw new Error(`There is no constant ${name} in ${file} any more.`);
  return value;
}
