import { createHash, randomUUID } from 'node:crypto';
import type { NewOrder, OrderWithItems, PricedLine } from '../order-row.js';

/** So many pieces of one product. */
export type OrderLine = Pick<PricedLine, 'productId' | 'quantity'>;

/**
 * A validated order that wants to be placed: one line per product. Its `placementKey` is the client's
 * `Idempotency-Key`, or one made for this order; the `requestHash` is null under a made one, which nobody can send
 * again.
 */
export interface PlacementRequest extends Omit<NewOrder, 'totalMinor'> {
  /** Whether an order may exist under the key already: the client may have sent it before, or we have. */
  readonly mayBePlaced: boolean;
  readonly lines: readonly OrderLine[];
  /** The total that the buyer has agreed to, if they said. */
  readonly expectedTotalMinor?: number | undefined;
}

/** An order that exists: by this request, or already by an earlier one with the same key. */
export interface PlacedOrder {
  readonly kind: 'placed' | 'replayed';
  readonly order: OrderWithItems;
}

/**
 * A key that nobody else has. It begins with the time, as UUID version 7 does (RFC 9562, 5.7), so that new
 * keys lie side by side in their index: random ones would touch a page of it each.
 */
export function newPlacementKey(): string {
  return `${Date.now().toString(16).padStart(12, '0')}-${randomUUID()}`;
}

export function productIdsOf({ lines }: PlacementRequest): number[] {
  return lines.map(({ productId }) => productId);
}

/** The same for bodies that mean the same order, however their lines are ordered or split. */
export function hashRequest(lines: readonly OrderLine[], expectedTotalMinor: number | undefined): Buffer {
  const sorted = [...lines].sort((a, b) => a.productId - b.productId);
  const canonical = JSON.stringify([
    sorted.map(({ productId, quantity }) => [productId, quantity]),
    expectedTotalMinor ?? null,
  ]);
  return createHash('sha256').update(canonical).digest();
}
