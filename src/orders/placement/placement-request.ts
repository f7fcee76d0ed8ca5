import { createHash, randomUUID } from 'node:crypto';

/** So many pieces of one product. */
export interface OrderLine {
  readonly productId: number;
  readonly quantity: number;
}

/** A validated order that wants to be placed: one line per product. */
export interface PlacementRequest {
  readonly customerId: number;
  /** Unique per customer: the client's `Idempotency-Key`, or one made for this order. */
  readonly placementKey: string;
  /** What was ordered under a client's key; null under a made one, which nobody can send again. */
  readonly requestHash: Buffer | null;
  /** Whether an order may stand under the key already: the client may have sent it before, or we have. */
  readonly mayBePlaced: boolean;
  readonly lines: readonly OrderLine[];
  /** The total that the buyer has agreed to, if they said. */
  readonly expectedTotalMinor?: number | undefined;
}

/**
 * A key that nobody else has. It begins with the time, as UUID version 7 does (RFC 9562, 5.7), so that new
 * keys lie side by side in their index: random ones would touch a page of it each.
 */
export function newPlacementKey(): string {
  return `${Date.now().toString(16).padStart(12, '0')}-${randomUUID()}`;
}

/** The products of all these orders, each once. */
export function productIdsOf(requests: readonly PlacementRequest[]): number[] {
  return [...new Set(requests.flatMap(({ lines }) => lines.map(({ productId }) => productId)))];
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
