import { StockAuditor } from '#dist/audit/stock.auditor.js';
import { ORDERS } from '../catalogue.mjs';
import { withClient } from './server.mjs';

/**
 * Proves after a measurement that every order acknowledged is stored, once, and that the stock adds up.
 * @param {string} url @param {number} expected number of orders beside those from the start.
 */
export async function verifyOrders(url, expected) {
  await withClient(url, async (client) => {
    /** @type {import('pg').QueryResult<{ count: number }>} */
    const { rows } = await client.query('SELECT count(*)::integer AS count FROM orders WHERE id > $1', [
      ORDERS,
    ]);
    if (rows[0]?.count !== expected)
      throw new Error(`${expected} orders were acknowledged and ${rows[0]?.count} are stored.`);
    const reader = {
      rows: (/** @type {string} */ sql) =>
        client.query(sql).then((result) => /** @type {unknown[]} */ (result.rows)),
    };
    const { balanced } = await new StockAuditor(/** @type {any} */ (reader)).audit();
    if (!balanced) throw new Error('The stock does not add up.');
  });
}
