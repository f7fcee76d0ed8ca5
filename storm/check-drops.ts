import { groupBy } from './group-by.js';
import type { History } from './history.js';
import type { StoredState } from './stored-state.js';
import type { Violation } from './violation.js';

/** What customers got that they must not have. */
export interface DropComparison {
  /** Pieces, over all customers. */
  readonly soldBeyondLimit: number;
  readonly soldOutsideSale: number;
  readonly violations: readonly Violation[];
}

type Rules = Pick<History, 'limits' | 'closedIds'>;

/**
 * Compares what customers have with their limits, with the counts of them, and with sales that have not begun
 * (D1, D2).
 */
export function checkDrops({ limits, closedIds }: Rules, { orders, purchases }: StoredState): DropComparison {
  const live = orders.filter(({ status }) => status !== 'CANCELLED');
  const lines = live.flatMap(({ customerId, lines: own }) => own.map((line) => ({ ...line, customerId })));
  const counted = new Map(purchases.map((purchase) => [nameOf(purchase), purchase.quantity]));
  const possible = limits.filter(({ outcome }) => outcome !== 'refused');
  const limited = [...groupBy(possible, ({ productId }) => productId)].flatMap(([productId, same]) => {
    const limit = Math.max(...same.map(({ maxPerCustomer }) => maxPerCustomer));
    const bought = groupBy(
      lines.filter((line) => line.productId === productId),
      nameOf,
    );
    const rest = purchases.filter((one) => one.productId === productId).map(nameOf);
    return [...new Set([...bought.keys(), ...rest])].map((name) => ({
      name,
      limit,
      has: total(bought.get(name)),
      counted: counted.get(name) ?? 0,
    }));
  });
  const soldOutsideSale = total(lines.filter(({ productId }) => closedIds.includes(productId)));
  return {
    soldBeyondLimit: limited.reduce((sum, { has, limit }) => sum + Math.max(0, has - limit), 0),
    soldOutsideSale,
    violations: [
      ...limited
        .filter(({ has, limit }) => has > limit)
        .map(({ name, has, limit }) => broken('D2', `${name} has ${has} pieces, but the limit is ${limit}`)),
      ...limited
        .filter((one) => one.has !== one.counted)
        .map(({ name, has, counted: count }) =>
          broken('D2', `${name} has ${has} pieces, but ${count} count`),
        ),
      ...(soldOutsideSale > 0 ? [broken('D1', `${soldOutsideSale} pieces were sold before their sale`)] : []),
    ],
  };
}

function total(lines: readonly { quantity: number }[] = []): number {
  return lines.reduce((sum, { quantity }) => sum + quantity, 0);
}

function nameOf({ productId, customerId }: { productId: number; customerId: number }): string {
  return `customer ${customerId} of product ${productId}`;
}

function broken(promise: Violation['promise'], text: string): Violation {
  return { promise, text };
}
