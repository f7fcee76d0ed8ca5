/**
 * What has changed the stock of a product: its first stock,
 * a line sold, one that came back, a change by hand.
 */
export const MOVEMENT_KINDS = ['PUT_IN', 'SOLD', 'RETURNED', 'EXPIRED', 'CORRECTED'] as const;

export interface StockMovement {
  /** Of the order, adjustment or return. */
  readonly id: number;
  readonly kind: (typeof MOVEMENT_KINDS)[number];
  /** Units added; negative if they were removed. */
  readonly quantity: number;
  /** RFC 3339, as the database writes it. */
  readonly at: string;
  readonly userId: number | null;
  readonly orderId: number | null;
  /** The caller's own number of the order or change, and why units were returned or changed by hand. */
  readonly reference: string | null;
  readonly reason: string | null;
}

export interface BalancedMovement extends StockMovement {
  /** The stock after this movement. */
  readonly balance: number;
}

/** Movements of one origin, newest first. */
export type Stream = readonly StockMovement[];

export interface Merged {
  readonly movements: readonly StockMovement[];
  /** For each stream the id that comes next; 0 where it has no more. */
  readonly next: readonly number[];
}

/**
 * Each stream keeps its own order; between streams the times decide. So every page continues the same list.
 */
export function mergeNewestFirst(streams: readonly Stream[], count: number): Merged {
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

/** Within a millisecond, units came in before others went out, so that no balance is negative. */
function isNewer(one: StockMovement | undefined, other: StockMovement | undefined): boolean {
  if (!one || !other) return one !== undefined;
  const later = Date.parse(one.at) - Date.parse(other.at);
  return later > 0 || (later === 0 && one.quantity < 0 && other.quantity > 0);
}
