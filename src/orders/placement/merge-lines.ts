import { ValidationFailedError } from '../../common/domain-error.js';
import type { OrderLine } from './placement-request.js';

/** Distinct products of one order. Real baskets reach 600. */
export const ORDER_PRODUCTS_MAX = 1_000;
/** Units of one product in one order. */
export const LINE_QUANTITY_MAX = 1_000_000;

/**
 * Merges lines with the same product, in the order of their first appearance.
 * @throws ValidationFailedError if the merged lines exceed the limits of an order.
 */
export function mergeLines(lines: readonly OrderLine[]): OrderLine[] {
  const quantities = new Map<number, number>();
  for (const { productId, quantity } of lines) {
    quantities.set(productId, (quantities.get(productId) ?? 0) + quantity);
  }
  const merged = [...quantities].map(([productId, quantity]) => ({ productId, quantity }));
  if (merged.length > ORDER_PRODUCTS_MAX) {
    const message = `must have at most ${ORDER_PRODUCTS_MAX} distinct products`;
    throw ValidationFailedError.ofField('items', 'too-many', message);
  }
  if (merged.some(({ quantity }) => quantity > LINE_QUANTITY_MAX)) {
    const message = `must add up to at most ${LINE_QUANTITY_MAX} units of each product`;
    throw ValidationFailedError.ofField('items', 'too-large', message);
  }
  return merged;
}
