import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { allocate, type Allocation, type StockedProduct } from './allocate.js';
import type { PlacementRequest } from './placement-request.js';

const product = (id: number, stockQuantity: number, isActive = true): StockedProduct => ({
  id,
  name: `Product ${id}`,
  priceMinor: 100 * id,
  stockQuantity,
  isActive,
});
const shelf = (...products: StockedProduct[]) => new Map(products.map((one) => [one.id, one]));
const request = (quantities: Record<number, number>, expectedTotalMinor?: number): PlacementRequest => ({
  customerId: 1,
  placementKey: 'key',
  requestHash: null,
  mayBePlaced: false,
  lines: Object.entries(quantities).map(([id, quantity]) => ({ productId: Number(id), quantity })),
  expectedTotalMinor,
});
const outcome = (allocation: Allocation) =>
  allocation.kind === 'placed'
    ? allocation.totalMinor
    : `${allocation.error.code} ${JSON.stringify(allocation.error.facts)}`;

/** Arrivals of up to 12 orders over 4 products, of which the fourth does not exist. */
const arrivals = fc.record({
  stocks: fc.array(fc.nat(20), { minLength: 3, maxLength: 3 }),
  orders: fc.array(
    fc.dictionary(fc.constantFrom('1', '2', '3', '4'), fc.integer({ min: 1, max: 8 }), { minKeys: 1 }),
    {
      maxLength: 12,
    },
  ),
});

describe('allocate', () => {
  it('gives the last unit to whoever came first', () => {
    const answers = allocate(shelf(product(1, 1)), [request({ 1: 1 }), request({ 1: 1 })]);
    expect(answers.map(outcome)).toEqual([
      100,
      'insufficient-stock {"lines":[{"product_id":1,"requested":1,"available":0}]}',
    ]);
  });

  it('leaves what a refused order asked for to those behind it', () => {
    const answers = allocate(shelf(product(1, 5), product(2, 0)), [
      request({ 1: 5, 2: 1 }),
      request({ 1: 5 }),
    ]);
    expect(answers.map(outcome)).toEqual([expect.stringMatching(/^insufficient-stock/), 500]);
  });

  it('says unknown before inactive, inactive before short, short before the total', () => {
    const products = shelf(product(1, 0), product(2, 9, false));
    const answers = allocate(products, [
      request({ 1: 1, 2: 1, 3: 1 }, 1),
      request({ 1: 1, 2: 1 }, 1),
      request({ 1: 1 }, 1),
    ]);
    expect(answers.map(outcome)).toEqual([
      'product-not-found {"product_ids":[3]}',
      'product-inactive {"product_ids":[2]}',
      expect.stringMatching(/^insufficient-stock/),
    ]);
  });

  it('never takes more than there is, and takes exactly what it answers', () => {
    fc.assert(
      fc.property(arrivals, ({ stocks, orders }) => {
        const products = shelf(...stocks.map((stock, index) => product(index + 1, stock)));
        const placed = allocate(
          products,
          orders.map((quantities) => request(quantities)),
        ).filter(({ kind }) => kind === 'placed');
        for (const [id, { stockQuantity }] of products) {
          const taken = placed
            .flatMap(({ request: { lines } }) => lines)
            .filter(({ productId }) => productId === id)
            .reduce((sum, { quantity }) => sum + quantity, 0);
          expect(taken).toBeLessThanOrEqual(stockQuantity);
        }
      }),
    );
  });

  it('answers a group as if its orders had come one at a time', () => {
    fc.assert(
      fc.property(arrivals, ({ stocks, orders }) => {
        const products = shelf(...stocks.map((stock, index) => product(index + 1, stock)));
        const together = allocate(
          products,
          orders.map((quantities) => request(quantities)),
        );
        const left = new Map(products);
        const oneByOne = orders.map((quantities) => {
          const answer = allocate(left, [request(quantities)])[0] as Allocation;
          if (answer.kind === 'placed') {
            for (const { productId, quantity } of answer.lines) {
              const before = left.get(productId) as StockedProduct;
              left.set(productId, { ...before, stockQuantity: before.stockQuantity - quantity });
            }
          }
          return answer;
        });
        expect(together.map(outcome)).toEqual(oneByOne.map(outcome));
      }),
      { numRuns: 2_000 },
    );
  });
});
