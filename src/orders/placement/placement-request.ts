import { createHash, randomUUID } from 'node:crypto';
import type { PricedLine } from '../order-item.entity.js';
import type { NewOrder } from '../order.entity.js';

/** A quantity of one product. */
export type OrderLine = Pick<PricedLine, 'productId' | 'quantity'>;

/**
 * A validated order to be placed, with one line per product. Its `placementKey` is the client's
 * `Idempotency-Key`, or a generated one; then `requestHash` is null, because nobody can send that key again.
 */
export interface PlacementRequest extends Omit<NewOrder, 'totalMinor'> {
  /** Whether an order may already exist under the key, from an earlier request or attempt. */
  readonly mayBePlaced: boolean;
  /** Set on the second attempt, after expired orders have returned the missing stock. */
  readonly hasReleasedExpired?: boolean;
  readonly lines: readonly OrderLine[];
  /** The total that the buyer has agreed to, if given. */
  readonly expectedTotalMinor?: number | undefined;
}

/**
 * Generates a unique key. It starts with the time, like UUID version 7 (RFC 9562, 5.7), so that new keys are
 * neighbours in their index. Random keys would touch a page each.
 */
export function newPlacementKey(): string {
  return `${Date.now().toString(16).padStart(12, '0')}-${randomUUID()}`;
}

export function productIdsOf({ lines }: PlacementRequest): number[] {
  return lines.map(({ productId }) => productId);
}

/** Equal for bodies that mean the same order, whatever the order of lines and members. */
export function hashRequest(
  lines: readonly OrderLine[],
  expectedTotalMinor: number | undefined,
  others: object,
): Buffer {
  const sorted = [...lines].sort((a, b) => a.productId - b.productId);
  const canonical = JSON.stringify([
    sorted.map(({ productId, quantity }) => [productId, quantity]),
    expectedTotalMinor ?? null,
    ...Object.entries(others)
      .filter(([, value]) => value !== undefined)
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  ]);
  return createHash('sha256').update(canonical).digest();
}
