// The baseline without HTTP: one transaction per order, straight to PostgreSQL, over as many connections as
// there are clients. Statements are prepared once, and nothing else is done.
import pg from 'pg';
import { TYPES } from '#dist/database/session-client.js';
import { newPlacementKey } from '#dist/orders/placement/placement-request.js';
import { readBaskets } from '../baskets.mjs';
import { customerOf } from '../catalogue.mjs';
import { lockRows, record } from '../database/statements.mjs';
import { ordersOf, scenarioOf } from '../scenarios.mjs';
import { answerJobs, timingOf } from './jobs.mjs';

/**
 * @typedef {import('../baskets.mjs').Line} Line
 * @typedef {{ client: pg.Client, customerId: number, orders: Line[][], turn: number }} Buyer
 */

/** @type {Buyer[]} */
let buyers = [];

async function prepare(/** @type {import('./jobs.mjs').Load} */ { scenario: name, clients, url, baskets }) {
  await Promise.all(buyers.map(({ client }) => client.end()));
  const scenario = scenarioOf(name);
  const fileOrders = scenario.isFromFile && baskets ? readBaskets(baskets).orders : [];
  buyers = Array.from({ length: clients }, (_, connection) => ({
    client: new pg.Client({ connectionString: url, types: TYPES }),
    customerId: customerOf(connection),
    orders: ordersOf(scenario, connection, clients, fileOrders).map(mergeLines),
    turn: 0,
  }));
  await Promise.all(buyers.map(({ client }) => client.connect()));
}

/** One line per product, in the order of the lock. @param {Line[]} lines @returns {Line[]} */
function mergeLines(lines) {
  /** @type {Map<number, number>} */
  const merged = new Map();
  for (const { productId, quantity } of lines) merged.set(productId, (merged.get(productId) ?? 0) + quantity);
  return [...merged].sort(([a], [b]) => a - b).map(([productId, quantity]) => ({ productId, quantity }));
}

/** @param {number} amount @returns {Promise<import('./jobs.mjs').Timing>} */
async function run(amount) {
  /** @type {number[]} */
  const latenciesMs = [];
  const startedAt = performance.now();
  const share = amount / buyers.length;
  await Promise.all(
    buyers.map(async (buyer) => {
      for (let count = 0; count < share; count += 1) {
        const sentAt = performance.now();
        await placeOrder(buyer);
        latenciesMs.push(performance.now() - sentAt);
      }
    }),
  );
  return timingOf(latenciesMs, (performance.now() - startedAt) / 1000);
}

/** @param {Buyer} buyer */
async function placeOrder(buyer) {
  const { client, customerId, orders } = buyer;
  const wanted = orders[buyer.turn++ % orders.length] ?? [];
  await client.query('BEGIN');
  const rows = await lockRows(
    client,
    wanted.map(({ productId }) => productId),
  );
  const lines = rows.map(({ id, name, price_minor }, index) => ({
    productId: id,
    productName: name,
    quantity: wanted[index]?.quantity ?? 0,
    priceMinor: Number(price_minor),
  }));
  const totalMinor = lines.reduce((sum, { quantity, priceMinor }) => sum + quantity * priceMinor, 0);
  const recorded = await record(client, [{ customerId, placementKey: newPlacementKey(), totalMinor, lines }]);
  if (recorded.length !== 1) throw new Error('An order was not recorded.');
  await client.query('COMMIT');
}

answerJobs({ prepare, run });
