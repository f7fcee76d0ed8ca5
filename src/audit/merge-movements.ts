export const MOVEMENT_KINDS = ['PUT_IN', 'SOLD', 'RETURNED', 'EXPIRED', 'CORRECTED'] as const;

export interface StockMovement {
  /** Of the order, adjustment or return. */
  readonly id: number;
  readonly kind: (typeof MOVEMENT_KINDS)[number];
  /** Units added; negative if they were removed. */
  readonly quantity: number;
  readonly at: string;
  readonly userId: number | null;
  readonly orderId: number | null;
  readonly reference: string | null;
  readonly reason: string | null;
}

export interface BalancedMovement extends StockMovement {
  /** The stock after this movement. */
  readonly balance: number;
}

/** Movements from one table, newest first. */
export type Stream = readonly StockMovement[];

/**
 * Each stream keeps its own order; between streams, the times decide. So every page continues the same list.
 * `next` is the id that comes next in each stream, or 0 at its end.
 */
export function mergeNewestFirst(streams: readonly Stream[], count: number) {
  const taken = streams.map(() => 0);
  const head = (index: number) => streams[index]?.[taken[index] as number];
  const movements: StockMovement[] = [];
  while (movements.length < count) {
    const newest = streams.reduce((best, _, index) => (isNewer(head(index), head(best)) ? index : best), 0);
    const movement = head(newest);
    if (!movement) break;
    movements.push(movement);
    taken[newest] = (taken[newest] as number) + 1;
  }
  return { movements, next: streams.map((_, index) => head(index)?.id ?? 0) };
}

/** Within a millisecond, units are added before others are taken, so that no balance is negative. */
function isNewer(one: StockMovement | undefined, other: StockMovement | undefined): boolean {
  if (!one || !other) return one !== undefined;
  const later = Date.parse(one.at) - Date.parse(other.at);
  return later > 0 || (later === 0 && one.quantity < 0 && other.quantity > 0);
}
