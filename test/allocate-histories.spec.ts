import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { allocate } from '../src/orders/placement/allocate.js';
import { answersOf, at, NOW, product, request, shelf } from './support/allocating.js';

/** When a sale begins or ends, in minutes from now, if it has that limit; the two are never equal. */
const edge = fc.option(fc.integer({ min: -2, max: 2 }));

/**
 * Up to 12 orders by two customers for 4 products. The third product is not for sale and the fourth does
 * not exist. Each customer has already bought up to 3 units of each product.
 */
const histories = fc.record({
  stocks: fc.array(fc.nat(20), { minLength: 3, maxLength: 3 }),
  limits: fc.array(fc.option(fc.integer({ min: 1, max: 9 })), { minLength: 3, maxLength: 3 }),
  windows: fc.array(fc.tuple(edge, edge), { minLength: 3, maxLength: 3 }),
  bought: fc.array(fc.nat(3), { minLength: 6, maxLength: 6 }),
  orders: fc.array(
    fc.record({
      customerId: fc.constantFrom(1, 2),
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

const timeOf = (minutes: number | null | undefined) =>
  minutes === null || minutes === undefined ? null : at(minutes);
const productsOf = ({ stocks, limits, windows }: History) =>
  shelf(
    ...stocks.map((stock, index) =>
      product(index + 1, stock, {
        isActive: index < 2,
        maxPerCustomer: limits[index] ?? null,
        saleStartsAt: timeOf(windows[index]?.[0]),
        saleEndsAt: timeOf(windows[index]?.[1]),
      }),
    ),
  );
const requestsOf = ({ orders }: History) =>
  orders.map(({ quantities, expectedTotalMinor, customerId }) =>
    request(quantities, expectedTotalMinor ?? undefined, customerId),
  );
const boughtOf = ({ bought }: History) =>
  Object.fromEntries(
    bought.map((count, index) => [`${(index % 3) + 1} ${Math.floor(index / 3) + 1}`, count]),
  );

/** The naive model: it serves one customer after the other and keeps a list of the remaining stock. */
function serveOneAtATime(history: History): (number | string)[] {
  const { stocks, orders, limits, windows } = history;
  const slate = [...stocks];
  const ledger: Record<string, number> = boughtOf(history);
  return orders.map(({ quantities, expectedTotalMinor, customerId }) => {
    const lines = Object.entries(quantities).map(([id, quantity]) => ({ id: Number(id), quantity }));
    const say = (code: string, details: object) => `${code} ${JSON.stringify(details)}`;
    const ids = (some: { id: number }[]) => ({ product_ids: some.map(({ id }) => id) });
    const unknown = lines.filter(({ id }) => id === 4);
    if (unknown.length > 0) return say('product-not-found', ids(unknown));
    const inactive = lines.filter(({ id }) => id === 3);
    if (inactive.length > 0) return say('product-inactive', ids(inactive));
    const closed = lines.filter(({ id }) => {
      const [start, end] = windows[id - 1] as [number | null, number | null];
      return (start ?? -9) > 0 || (end ?? 9) <= 0;
    });
    if (closed.length > 0) {
      const toLine = ({ id }: { id: number }) => {
        const [start, end] = windows[id - 1] as [number | null, number | null];
        return { product_id: id, sale_starts_at: timeOf(start), sale_ends_at: timeOf(end) };
      };
      const starts = closed.map(({ id }) => windows[id - 1]?.[0] ?? -9);
      const wait = starts.every((start) => start > 0) ? { retry_after: 60 * Math.max(...starts) } : {};
      return say('not-on-sale', { lines: closed.map(toLine), ...wait });
    }
    const already = (id: number) => ledger[`${id} ${customerId}`] ?? 0;
    const beyond = lines.filter(({ id, quantity }) => already(id) + quantity > (limits[id - 1] ?? 99));
    if (beyond.length > 0) {
      const toLine = ({ id, quantity }: { id: number; quantity: number }) => ({
        product_id: id,
        max_per_customer: limits[id - 1],
        already_ordered: already(id),
        requested: quantity,
      });
      return say('purchase-limit-exceeded', { lines: beyond.map(toLine) });
    }
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
    for (const { id, quantity } of lines) {
      slate[id - 1] = (slate[id - 1] as number) - quantity;
      ledger[`${id} ${customerId}`] = already(id) + quantity;
    }
    return total;
  });
}

describe('allocate', () => {
  it('gives the same answers as serving orders one at a time, for 10,000 random histories', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const answers = answersOf(productsOf(history), requestsOf(history), boughtOf(history));
        expect(answers).toEqual(serveOneAtATime(history));
      }),
      { numRuns: 10_000 },
    );
  });

  it('never takes more than the stock, and takes exactly what its answers say, in order', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const [products, requests] = [productsOf(history), requestsOf(history)];
        const bought = new Map(Object.entries(boughtOf(history)));
        const { allocated, refused } = allocate(products, requests, { now: NOW, bought });
        expect([...allocated.keys()]).toEqual(requests.filter((one) => !refused.has(one)));
        for (const [asked, { lines, totalMinor }] of allocated) {
          expect(lines.map(({ productId, quantity }) => ({ productId, quantity }))).toEqual(asked.lines);
          expect(lines.reduce((sum, line) => sum + line.priceMinor * line.quantity, 0)).toBe(totalMinor);
        }
        for (const [id, { stockQuantity }] of products) {
          const taken = [...allocated.values()]
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
