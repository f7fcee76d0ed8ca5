import { groupBy } from './group-by.js';
import type { RestockRecord } from './history.js';
import type { StoredState } from './stored-state.js';
import type { Violation } from './violation.js';

/**
 * Adds up the stock of each product (S1): what the database says was put in has to be what the clients have put
 * in, and less the lines of live orders it has to be the stock.
 */
export function checkStock(restocks: readonly RestockRecord[], stored: StoredState): Violation[] {
  const live = stored.orders.filter(({ status }) => status !== 'CANCELLED').flatMap(({ lines }) => lines);
  const putIn = groupBy(stored.adjustments, ({ productId }) => productId);
  const sold = groupBy(live, ({ productId }) => productId);
  return [
    ...checkAdjustments(restocks, stored.adjustments),
    ...[...stored.stock].flatMap(([id, stock]) =>
      checkBalance(id, stock, total(putIn.get(id)), total(sold.get(id))),
    ),
  ];
}

/** @returns what is wrong with the stock of a product, given what was put in and what live orders hold. */
export function checkBalance(id: number, stock: number, putIn: number, sold: number): Violation[] {
  const sums = `product ${id} has a stock of ${stock}; ${putIn} put in less ${sold} in live orders is ${putIn - sold}`;
  return [
    ...(stock === putIn - sold ? [] : [{ promise: 'S1' as const, text: sums }]),
    ...(stock >= 0
      ? []
      : [{ promise: 'S1' as const, text: `product ${id} is oversold: its stock is ${stock}` }]),
  ];
}

/**
 * Restocks have no key, so those of the same quantity are told apart by their number: at least as many
 * as were acknowledged, and at most as many more as there are whose outcome is unknown.
 */
function checkAdjustments(
  restocks: readonly RestockRecord[],
  adjustments: StoredState['adjustments'],
): Violation[] {
  const name = ({ productId, quantity }: { productId: number; quantity: number }) =>
    `adjustment of product ${productId} by ${quantity}`;
  const asked = groupBy(restocks, name);
  const found = groupBy(adjustments, name);
  return [...new Set([...asked.keys(), ...found.keys()])].flatMap((text) => {
    const outcomes = (asked.get(text) ?? []).map(({ outcome }) => outcome);
    const done = outcomes.filter((outcome) => outcome === 'done').length;
    const unknown = outcomes.filter((outcome) => outcome === 'unknown').length;
    const count = found.get(text)?.length ?? 0;
    if (count >= done && count <= done + unknown) return [];
    const facts = `${done} acknowledged and ${unknown} of unknown outcome, but ${count} stored`;
    return [{ promise: 'S1' as const, text: `${text}: ${facts}` }];
  });
}

function total(lines: readonly { quantity: number }[] = []): number {
  return lines.reduce((sum, { quantity }) => sum + quantity, 0);
}
