import type { PlacementAnswer } from './place-group.js';
import type { PlacementRequest } from './placement-request.js';

/** An order in the queue, with the caller who waits for its answer. */
export interface WaitingOrder {
  readonly request: PlacementRequest;
  /** Whether nobody waits any more. */
  readonly isAbandoned: () => boolean;
  readonly answer: (answer: PlacementAnswer) => void;
  readonly fail: (error: unknown) => void;
  /** When it came, by the clock of `Date.now()`. */
  readonly arrivedAt: number;
  /** What it is part of, for those who trace it. */
  readonly trace: unknown;
  /** The products that somebody else has locked, as far as that is known; it waits for the first of them. */
  readonly heldUpBy: readonly number[];
}

/** How much one group may hold. */
export interface GroupLimits {
  readonly ordersMax: number;
  readonly linesMax: number;
}

/**
 * Products and keys that an order behind must not overtake: those of orders in an open transaction of this
 * process, and those that orders which stand back are held up by.
 */
export class Reserved {
  private readonly counts = new Map<number, number>();
  private readonly keys = new Set<string>();

  add(request: PlacementRequest, productIds: readonly number[]): void {
    for (const id of productIds) this.counts.set(id, (this.counts.get(id) ?? 0) + 1);
    this.keys.add(keyOf(request));
  }

  remove(request: PlacementRequest, productIds: readonly number[]): void {
    for (const id of productIds) {
      const count = (this.counts.get(id) ?? 0) - 1;
      if (count > 0) this.counts.set(id, count);
      else this.counts.delete(id);
    }
    this.keys.delete(keyOf(request));
  }

  conflictsWith(request: PlacementRequest): boolean {
    return this.keys.has(keyOf(request)) || request.lines.some(({ productId }) => this.counts.has(productId));
  }
}

/**
 * The orders that go next, in order of arrival: as many as one group may hold, without those that need
 * what is reserved, and with no key twice. One that is passed over keeps nothing else back from those behind it.
 */
export function nextGroup(
  waiting: readonly WaitingOrder[],
  reserved: Reserved,
  { ordersMax, linesMax }: GroupLimits,
): WaitingOrder[] {
  const group: WaitingOrder[] = [];
  const keys = new Set<string>();
  let lines = 0;
  for (const order of waiting) {
    if (reserved.conflictsWith(order.request) || keys.has(keyOf(order.request))) continue;
    lines += order.request.lines.length;
    if (group.length > 0 && (group.length >= ordersMax || lines > linesMax)) break;
    group.push(order);
    keys.add(keyOf(order.request));
  }
  return group;
}

/** The orders that wait for the same lock as the first of them. */
export function nextHeldUp(heldUp: readonly WaitingOrder[], { ordersMax }: GroupLimits): WaitingOrder[] {
  const lock = heldUp[0]?.heldUpBy[0];
  return heldUp.filter(({ heldUpBy }) => heldUpBy[0] === lock).slice(0, ordersMax);
}

function keyOf({ customerId, placementKey }: PlacementRequest): string {
  return `${customerId} ${placementKey}`;
}
