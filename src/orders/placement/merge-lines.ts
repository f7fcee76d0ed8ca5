import { type InputFault, ValidationFailedError } from '../../common/domain-error.js';
import type { OrderLine } from './placement-request.js';

/** Different products in one order. Real baskets reach 600. */
export const ORDER_PRODUCTS_MAX = 1_000;
/** Pieces of one product in one order. */
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
  assertWithinLimits(merged);
  return merged;
}

function assertWithinLimits(merged: readonly OrderLine[]): void {
  if (merged.length > ORDER_PRODUCTS_MAX)
    throw faulty('too-many', `may name ${ORDER_PRODUCTS_MAX} products at most`);
  if (merged.some(({ quantity }) => quantity > LINE_QUANTITY_MAX)) {
    throw faulty('too-large', `may come to ${LINE_QUANTITY_MAX} pieces of one product at most`);
  }
}

function faulty(code: string, message: string): ValidationFailedError {
  const fault: InputFault = { pointer: '/items', location: 'body', code, message };
  return new ValidationFailedError([fault]);
}
