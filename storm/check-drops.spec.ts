import { describe, expect, it } from '@jest/globals';
import { checkDrops } from './check-drops.js';
import type { LimitRecord } from './history.js';
import type { StoredOrder, StoredState } from './stored-state.js';

const order = (customerId: number, productId: number, quantity: number, status = 'PENDING'): StoredOrder => ({
  id: 1,
  customerId,
  key: 'k',
  status,
  totalMinor: 0,
  wasExpired: false,
  endedEarly: false,
  lines: [{ productId, quantity, priceMinor: 0, returns: 0 }],
});
const limit = (maxPerCustomer: number, outcome: LimitRecord['outcome'] = 'done'): LimitRecord => ({
  productId: 1,
  maxPerCustomer,
  outcome,
});
const check = (limits: LimitRecord[], counted: number, ...orders: StoredOrder[]) => {
  const purchases = [{ productId: 1, customerId: 7, quantity: counted }];
  const stored: StoredState = { stock: new Map(), adjustments: [], productNames: [], purchases, orders };
  const { violations, ...sums } = checkDrops({ limits, closedIds: [2] }, stored);
  return { ...sums, texts: violations.map(({ promise, text }) => `${promise}: ${text}`) };
};
const NOTHING = { soldBeyondLimit: 0, soldOutsideSale: 0, texts: [] };

// Guarantees that a storm finds what was sold beyond a limit or before a sale, and nothing else.
describe('the check of limits and sales', () => {
  it('accepts customers at their limit, or at one that may have been set', () => {
    const orders = [order(7, 1, 2), order(7, 1, 1), order(7, 1, 9, 'CANCELLED')];

    expect(check([limit(3)], 3, ...orders)).toEqual(NOTHING);
    expect(check([limit(2), limit(3, 'unknown')], 3, ...orders)).toEqual(NOTHING);
  });

  it('reports customers above every limit that may have been set', () => {
    expect(check([limit(2), limit(9, 'refused')], 5, order(7, 1, 5))).toEqual({
      ...NOTHING,
      soldBeyondLimit: 3,
      texts: ['D2: customer 7 of product 1 has 5 pieces, but the limit is 2'],
    });
  });

  it('reports miscounted purchases', () => {
    expect(check([limit(9)], 2, order(7, 1, 1), order(8, 1, 1)).texts).toEqual([
      'D2: customer 7 of product 1 has 1 pieces, but 2 count',
      'D2: customer 8 of product 1 has 1 pieces, but 0 count',
    ]);
  });

  it('reports what was sold before its sale', () => {
    expect(check([], 0, order(7, 2, 4))).toEqual({
      ...NOTHING,
      soldOutsideSale: 4,
      texts: ['D1: 4 pieces were sold before their sale'],
    });
  });
});
