import type { Client } from 'pg';
import { checkBalance } from './check-stock.js';
import { now, pause } from './clock.js';
import type { History } from './history.js';
import type { StormDatabase } from './storm-database.js';

const INTERVAL_MS = 500;
/** Adding up all sales must not itself become the load. */
const INTERVAL_PER_LOOK = 10;

/** One statement, so one snapshot. */
const BALANCES = `
  SELECT id, stock_quantity AS stock,
         (SELECT coalesce(sum(quantity), 0) FROM stock_adjustments WHERE product_id = products.id) AS "putIn",
         (SELECT coalesce(sum(item.quantity), 0)
            FROM order_items AS item JOIN orders ON orders.id = item.order_id AND orders.status <> 'CANCELLED'
           WHERE item.product_id = products.id) AS sold
    FROM products WHERE id = ANY($1)`;

interface Balance {
  readonly id: number;
  readonly stock: number;
  readonly putIn: number;
  readonly sold: number;
}

/** Checks the stock of the hot products all the time: S1 holds at every moment, not only at the end. */
export async function watchStock(
  database: StormDatabase,
  history: History,
  productIds: readonly number[],
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const startedAt = now();
    // A server that is down is asked again later.
    const balances = await database.connected((client) => look(client, productIds)).catch(() => []);
    for (const { id, stock, putIn, sold } of balances)
      checkBalance(id, stock, putIn, sold).forEach((violation) => history.noteViolation(violation));
    await pause(Math.max(INTERVAL_MS, (now() - startedAt) * INTERVAL_PER_LOOK), signal);
  }
}

async function look(client: Client, productIds: readonly number[]): Promise<Balance[]> {
  return (await client.query<Balance>(BALANCES, [productIds])).rows;
}
