import { createHash, randomUUID } from 'node:crypto';
import type { Resource } from '../../database/json.js';
import type { PricedLine } from '../order-item.entity.js';
import type { NewOrder } from '../order.entity.js';

/** A quantity of one product. */
export type OrderLine = Pick<PricedLine, 'productId' | 'quantity'>;

/**
 * A validated order to be placed, with one line per product. Its `placementKey` is the client's
 * `Idempotency-Key` or a generated one. Under a generated key, which nobody can send again, `requestHash` is
 * null.
 */
export interface PlacementRequest extends Omit<NewOrder, 'totalMinor'> {
  /** Whether an order may already exist under the key, from an earlier request or attempt. */
  readonly mayBePlaced: boolean;
  /** Set on its second try, after expired orders have returned what it was short of. */
  readonly hasReleasedExpired?: boolean;
  readonly lines: readonly OrderLine[];
  /** The total that the buyer agreed to, if given. */
  readonly expectedTotalMinor?: number | undefined;
}

/** An order that exists now: placed by this request, or by an earlier one with the same key. */
export interface PlacedOrder {
  readonly kind: 'placed' | 'replayed';
  readonly order: Resource;
}

/**
 * A new unique key. It begins with the time, as UUID version 7 does (RFC 9562, 5.7), so that new keys are
 * neighbours in their index; random keys would touch a page each.
 */
export function newPlacementKey(): string {
  return `${Date.now().toString(16).padStart(12, '0')}-${randomUUID()}`;
}

export function productIdsOf({ lines }: PlacementRequest): number[] {
  return lines.map(({ productId }) => productId);
}

/** Equal for bodies that mean the same order, however their lines and other members are ordered or split. */
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
