import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { allocate, type StockedProduct } from './allocate.js';
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
/** What each was told, in the order given: its total, or why it was refused. */
const answersOf = (products: ReadonlyMap<number, StockedProduct>, requests: PlacementRequest[]) => {
  const { allocated, refused } = allocate(products, requests);
  return requests.map((asked) => {
    const error = refused.get(asked);
    const order = allocated.find((one) => one.request === asked);
    expect([error, order].filter(Boolean)).toHaveLength(1);
    return error ? `${error.code} ${JSON.stringify(error.details)}` : order?.totalMinor;
  });
};

/** Up to 12 orders over 4 products, of which the third is not for sale and the fourth does not exist. */
const histories = fc.record({
  stocks: fc.array(fc.nat(20), { minLength: 3, maxLength: 3 }),
  orders: fc.array(
    fc.record({
      quantities: fc.dictionary(
        fc.constantFrom('1', '2', '1', '2', '3', '4'),
        fc.integer({ min: 1, max: 8 }),
        { minKeys: 1 },
      ),
      expectedTotalMinor: fc.option(fc.integer({ min: 1, max: 20 }).map((hundreds) => 100 * hundreds)),
    }),
    { maxLength: 12 },
  ),
});
type History = typeof histories extends fc.Arbitrary<infer Value> ? Value : never;

const productsOf = ({ stocks }: History) =>
  shelf(...stocks.map((stock, index) => product(index + 1, stock, index < 2)));
const requestsOf = ({ orders }: History) =>
  orders.map(({ quantities, expectedTotalMinor }) => request(quantities, expectedTotalMinor ?? undefined));

/** What a shopkeeper would say who serves one customer after the other and keeps the stock on a slate. */
function serveOneAtATime({ stocks, orders }: History): (number | string)[] {
  const slate = [...stocks];
  return orders.map(({ quantities, expectedTotalMinor }) => {
    const lines = Object.entries(quantities).map(([id, quantity]) => ({ id: Number(id), quantity }));
    const say = (code: string, details: object) => `${code} ${JSON.stringify(details)}`;
    const ids = (some: { id: number }[]) => ({ product_ids: some.map(({ id }) => id) });
    const unknown = lines.filter(({ id }) => id === 4);
    if (unknown.length > 0) return say('product-not-found', ids(unknown));
    const inactive = lines.filter(({ id }) => id === 3);
    if (inactive.length > 0) return say('product-inactive', ids(inactive));
    const short = lines.filter(({ id, quantity }) => quantity > (slate[id - 1] as number));
    if (short.length > 0) {
      const toLine = ({ id, quantity }: { id: number; quantity: number }) => ({
        product_id: id,
        requested: quantity,
        available: slate[id - 1],
      });
      return say('insufficient-stock', { lines: short.map(toLine) });
    }
    const total = lines.reduce((sum, { id, quantity }) => sum + 100 * id * quantity, 0);
    if (expectedTotalMinor !== null && expectedTotalMinor !== total)
      return say('price-changed', { total_amount: total / 100 });
    for (const { id, quantity } of lines) slate[id - 1] = (slate[id - 1] as number) - quantity;
    return total;
  });
}

describe('allocate', () => {
  it('gives the last unit to whoever came first', () => {
    const answers = answersOf(shelf(product(1, 1)), [request({ 1: 1 }), request({ 1: 1 })]);
    expect(answers).toEqual([
      100,
      'insufficient-stock {"lines":[{"product_id":1,"requested":1,"available":0}]}',
    ]);
  });

  it('leaves what a refused order asked for to those behind it', () => {
    const answers = answersOf(shelf(product(1, 5), product(2, 0)), [
      request({ 1: 5, 2: 1 }),
      request({ 1: 5 }),
    ]);
    expect(answers).toEqual([expect.stringMatching(/^insufficient-stock/), 500]);
  });

  it('says unknown before inactive, inactive before short, short before the total', () => {
    const products = shelf(product(1, 0), product(2, 9, false));
    const answers = answersOf(products, [
      request({ 1: 1, 2: 1, 3: 1 }, 1),
      request({ 1: 1, 2: 1 }, 1),
      request({ 1: 1 }, 1),
    ]);
    expect(answers).toEqual([
      'product-not-found {"product_ids":[3]}',
      'product-inactive {"product_ids":[2]}',
      expect.stringMatching(/^insufficient-stock/),
    ]);
  });

  it('answers 10,000 random histories as a shopkeeper would who serves one at a time', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const answers = answersOf(productsOf(history), requestsOf(history));
        expect(answers).toEqual(serveOneAtATime(history));
      }),
      { numRuns: 10_000 },
    );
  });

  it('never takes more than there is, takes what it answers, and in the order given', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const [products, requests] = [productsOf(history), requestsOf(history)];
        const { allocated: placed, refused } = allocate(products, requests);
        expect(placed.map((order) => order.request)).toEqual(requests.filter((one) => !refused.has(one)));
        for (const { lines, totalMinor, request: asked } of placed) {
          expect(lines.map(({ productId, quantity }) => ({ productId, quantity }))).toEqual(asked.lines);
          expect(lines.reduce((sum, line) => sum + line.priceMinor * line.quantity, 0)).toBe(totalMinor);
        }
        for (const [id, { stockQuantity }] of products) {
          const taken = placed
            .flatMap(({ lines }) => lines)
            .filter(({ productId }) => productId === id)
            .reduce((sum, { quantity }) => sum + quantity, 0);
          expect(taken).toBeLessThanOrEqual(stockQuantity);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
