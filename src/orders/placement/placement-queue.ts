import { Inject, Injectable } from '@nestjs/common';
import { ServiceBusyError } from '../../common/errors/domain-error.js';
import { Env } from '../../config/env.js';
import type { OnLocked } from '../../products/lock-products.js';
import { GroupPlacement, type PlacementOutcome } from './group-placement.js';
import type { PlacementAnswer } from './place-group.js';
import type { PlacementRequest } from './placement-request.js';
import { InTransaction, nextGroup, nextHeldUp, type WaitingOrder } from './waiting-order.js';

/** Lines of all orders of a group, so that baskets of hundreds do not make one transaction long. */
const GROUP_LINES_MAX = 2_000;

/**
 * Lets orders that arrive while a transaction is under way share the next one.
 *
 * There is no timer: an idle service places at once, and under load a group is what has gathered while the
 * lanes were busy. Orders are taken up as they came, but one whose product is in an open transaction of
 * this process stays until that has ended, and the others go on. An order whose product somebody else has
 * locked stands back from its group and waits for that lock in a patient lane.
 *
 * Bounded are the orders that wait, how long they do, the lanes, and what one group holds.
 */
@Injectable()
export class PlacementQueue {
  private waiting: WaitingOrder[] = [];
  private heldUp: WaitingOrder[] = [];
  private readonly inTransaction = new InTransaction();
  /** By what an order does about a lock of somebody else: stand back, or wait in a patient lane. */
  private readonly freeLanes: Record<OnLocked, number>;
  private isTurnPlanned = false;
  private expiry: NodeJS.Timeout | undefined;

  constructor(
    @Inject(Env) private readonly env: Env,
    private readonly groups: GroupPlacement,
  ) {
    this.freeLanes = { skip: env.PLACEMENT_LANES, wait: env.PLACEMENT_PATIENT_LANES };
  }

  /**
   * Places an order, or says why not. When this returns, the answer is committed.
   * @param isAbandoned asked when the order's turn comes; one for which nobody waits any more is dropped.
   * @throws ServiceBusyError when too many orders wait, one waits for too long, or the database is away.
   */
  place(request: PlacementRequest, isAbandoned: () => boolean = () => false): Promise<PlacementAnswer> {
    if (this.waiting.length + this.heldUp.length >= this.env.PLACEMENT_QUEUE_MAX) {
      return Promise.reject(new ServiceBusyError());
    }
    return new Promise((answer, fail) => {
      this.waiting.push({ request, isAbandoned, answer, fail, since: performance.now(), heldUpBy: [] });
      this.planTurn();
    });
  }

  /** Not at once: what has come in the same turn of the event loop goes together. */
  private planTurn(): void {
    if (this.isTurnPlanned) return;
    this.isTurnPlanned = true;
    setImmediate(() => {
      this.isTurnPlanned = false;
      this.takeTurn();
    });
  }

  private takeTurn(): void {
    this.dropAbandoned();
    const limits = { ordersMax: this.env.PLACEMENT_GROUP_MAX, linesMax: GROUP_LINES_MAX };
    while (this.freeLanes.wait > 0 && this.heldUp.length > 0) {
      const group = nextHeldUp(this.heldUp, limits);
      this.heldUp = without(this.heldUp, group);
      void this.run(group, 'wait');
    }
    while (this.freeLanes.skip > 0) {
      const group = nextGroup(this.waiting, this.inTransaction, limits);
      if (group.length === 0) break;
      this.waiting = without(this.waiting, group);
      for (const order of group) this.inTransaction.add(order);
      void this.run(group, 'skip');
    }
    this.watchTheOldest();
  }

  private async run(group: readonly WaitingOrder[], onLocked: OnLocked): Promise<void> {
    this.freeLanes[onLocked] -= 1;
    const requests = group.map(({ request }) => request);
    const outcomes = await this.groups.place(requests, onLocked);
    this.freeLanes[onLocked] += 1;
    group.forEach((order, index) => this.settle(order, outcomes[index] as PlacementOutcome));
    this.planTurn();
  }

  /** An order that is held up stays where it is in the order of arrival: nobody who came later may take its products. */
  private settle(order: WaitingOrder, outcome: PlacementOutcome): void {
    if (outcome.kind === 'held-up') {
      this.heldUp.push({ ...order, since: performance.now(), heldUpBy: outcome.productIds });
      return;
    }
    this.inTransaction.remove(order);
    if (outcome.kind === 'failed') order.fail(outcome.error);
    else order.answer(outcome);
  }

  private dropAbandoned(): void {
    const why = 'The client has gone away before its order was taken up.';
    this.refuse(
      ({ isAbandoned }) => isAbandoned(),
      () => new ServiceBusyError({}, why),
    );
  }

  /** One timer for all: those behind the oldest have come later and may wait as long. */
  private watchTheOldest(): void {
    const oldest = Math.min(this.waiting[0]?.since ?? Infinity, this.heldUp[0]?.since ?? Infinity);
    if (this.expiry !== undefined || oldest === Infinity) return;
    const waited = performance.now() - oldest;
    this.expiry = setTimeout(() => this.refuseExpired(), this.env.PLACEMENT_WAIT_MS - waited + 1);
    this.expiry.unref();
  }

  private refuseExpired(): void {
    this.expiry = undefined;
    const latest = performance.now() - this.env.PLACEMENT_WAIT_MS;
    this.refuse(
      ({ since }) => since <= latest,
      () => new ServiceBusyError(),
    );
    this.watchTheOldest();
  }

  private refuse(isRefused: (order: WaitingOrder) => boolean, reason: () => ServiceBusyError): void {
    const heldUp = this.heldUp.filter(isRefused);
    const waiting = this.waiting.filter(isRefused);
    for (const order of heldUp) this.inTransaction.remove(order);
    for (const order of [...heldUp, ...waiting]) order.fail(reason());
    this.heldUp = without(this.heldUp, heldUp);
    this.waiting = without(this.waiting, waiting);
  }
}

function without<T>(all: T[], taken: readonly T[]): T[] {
  if (taken.length === 0) return all;
  const gone = new Set(taken);
  return all.filter((one) => !gone.has(one));
}
