import { notEqual } from 'node:assert/strict';
import { allocate, type StockedProduct } from '../../src/orders/placement/allocate.js';
import type { PlacementRequest } from '../../src/orders/placement/placement-request.js';

export const NOW = new Date('2026-01-31T12:00:00Z');
export const product = (
  id: number,
  stockQuantity: number,
  more: Partial<StockedProduct> = {},
): StockedProduct => ({
  id,
  name: `Product ${id}`,
  priceMinor: 100 * id,
  stockQuantity,
  isActive: true,
  maxPerCustomer: null,
  saleStartsAt: null,
  saleEndsAt: null,
  ...more,
});
/** Minutes after `NOW`. */
export const at = (minutes: number) => new Date(NOW.getTime() + 60_000 * minutes);
export const shelf = (...products: StockedProduct[]) => new Map(products.map((one) => [one.id, one]));
export const request = (
  quantities: Record<number, number>,
  expectedTotalMinor?: number,
  customerId = 1,
): PlacementRequest => ({
  customerId,
  placementKey: 'key',
  reference: null,
  requestHash: null,
  mayBePlaced: false,
  lines: Object.entries(quantities).map(([id, quantity]) => ({ productId: Number(id), quantity })),
  expectedTotalMinor,
});
/** The answer to each order, in the same order: its total, or the reason of its refusal. */
export const answersOf = (
  products: ReadonlyMap<number, StockedProduct>,
  requests: PlacementRequest[],
  bought: Record<string, number> = {},
) => {
  const { allocated, refused } = allocate(products, requests, {
    now: NOW,
    bought: new Map(Object.entries(bought)),
  });
  return requests.map((asked) => {
    const error = refused.get(asked);
    const order = allocated.get(asked);
    // An `expect` for each of 100,000 orders would take longer than the rest.
    notEqual(error === undefined, order === undefined);
    return error ? `${error.code} ${JSON.stringify(error.details)}` : order?.totalMinor;
  });
};
