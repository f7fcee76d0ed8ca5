import type { PlacementAnswer } from './place-group.js';
import { type PlacementRequest, productIdsOf } from './placement-request.js';

/** An order in the queue, with the caller who waits for its answer. */
export interface WaitingOrder {
  readonly request: PlacementRequest;
  /** Whether nobody waits any more. */
  readonly isAbandoned: () => boolean;
  readonly answer: (answer: PlacementAnswer) => void;
  readonly fail: (error: unknown) => void;
  /** When it came, or came to wait again, by the clock of `performance.now()`. */
  since: number;
  /** The products that others have locked, as far as that is known. */
  heldUpBy: readonly number[];
}

/** How much one group may hold. */
export interface GroupLimits {
  readonly ordersMax: number;
  readonly linesMax: number;
}

/** What is in open transactions of this process: whoever needs one of these takes their turn after it. */
export class InTransaction {
  private readonly products = new Map<number, number>();
  private readonly keys = new Set<string>();

  add({ request }: WaitingOrder): void {
    for (const id of productIdsOf([request])) this.products.set(id, (this.products.get(id) ?? 0) + 1);
    this.keys.add(keyOf(request));
  }

  remove({ request }: WaitingOrder): void {
    for (const id of productIdsOf([request])) {
      const count = (this.products.get(id) ?? 0) - 1;
      if (count > 0) this.products.set(id, count);
      else this.products.delete(id);
    }
    this.keys.delete(keyOf(request));
  }

  conflictsWith({ request }: WaitingOrder): boolean {
    return this.hasKeyOf(request) || request.lines.some(({ productId }) => this.products.has(productId));
  }

  hasKeyOf(request: PlacementRequest): boolean {
    return this.keys.has(keyOf(request));
  }
}

/**
 * The orders that go next, in order of arrival: as many as one group may hold, without those that have to
 * wait for an open transaction, and with no key twice.
 */
export function nextGroup(
  waiting: readonly WaitingOrder[],
  inTransaction: InTransaction,
  { ordersMax, linesMax }: GroupLimits,
): WaitingOrder[] {
  const group: WaitingOrder[] = [];
  const keys = new Set<string>();
  let lines = 0;
  for (const order of waiting) {
    if (inTransaction.conflictsWith(order) || keys.has(keyOf(order.request))) continue;
    lines += order.request.lines.length;
    if (group.length > 0 && (group.length >= ordersMax || lines > linesMax)) break;
    group.push(order);
    keys.add(keyOf(order.request));
  }
  return group;
}

/** The orders that wait for one of the same locks as the first of them does. */
export function nextHeldUp(heldUp: readonly WaitingOrder[], { ordersMax }: GroupLimits): WaitingOrder[] {
  const locks = new Set(heldUp[0]?.heldUpBy);
  return heldUp.filter(({ heldUpBy }) => heldUpBy.some((id) => locks.has(id))).slice(0, ordersMax);
}

function keyOf({ customerId, placementKey }: PlacementRequest): string {
  return `${customerId} ${placementKey}`;
}
