import { groupBy } from './group-by.js';
import type { StoredState } from './stored-state.js';
import type { Violation } from './violation.js';

/**
 * Adds up the stock of each product (S1): what was put in, less the lines of live orders, must be the stock.
 */
export function checkStock(stored: StoredState): Violation[] {
  const live = stored.orders.filter(({ status }) => status !== 'CANCELLED').flatMap(({ lines }) => lines);
  const putIn = groupBy(stored.adjustments, ({ productId }) => productId);
  const sold = groupBy(live, ({ productId }) => productId);
  return [...stored.stock].flatMap(([id, stock]) =>
    checkBalance(id, stock, total(putIn.get(id)), total(sold.get(id))),
  );
}

/** @returns what is wrong with the stock of a product, given what was put in and what live orders hold. */
export function checkBalance(id: number, stock: number, putIn: number, sold: number): Violation[] {
  const sums =
    `product ${id} has a stock of ${stock}; ` +
    `${putIn} put in less ${sold} in live orders is ${putIn - sold}`;
  return [
    ...(stock === putIn - sold ? [] : [{ promise: 'S1' as const, text: sums }]),
    ...(stock >= 0
      ? []
      : [{ promise: 'S1' as const, text: `product ${id} is oversold: its stock is ${stock}` }]),
  ];
}

function total(lines: readonly { quantity: number }[] = []): number {
  return lines.reduce((sum, { quantity }) => sum + quantity, 0);
}
