import { auditStock } from '#dist/audit/audit-stock.js';
import { ORDERS } from '../catalogue.mjs';
import { withClient } from './server.mjs';

/**
 * Proves after a measurement that every acknowledged order is stored once, and that the stock adds up.
 * @param {string} url
 * @param {number} expected number of orders beside those from the start.
 */
export async function verifyOrders(url, expected) {
  await withClient(url, async (client) => {
    /** @type {import('pg').QueryResult<{ count: number }>} */
    const { rows } = await client.query('SELECT count(*)::integer AS count FROM orders WHERE id > $1', [
      ORDERS,
    ]);
    if (rows[0]?.count !== expected)
      throw new Error(`${expected} orders were acknowledged and ${rows[0]?.count} are stored.`);
    const { balanced } = await auditStock({ rows: async (sql) => (await client.query(sql)).rows });
    if (!balanced) throw new Error('The stock does not add up.');
  });
}
