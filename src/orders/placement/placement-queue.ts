import { Inject, Injectable } from '@nestjs/common';
import { ServiceBusyError } from '../../common/domain-error.js';
import { traces } from '../../common/observation.js';
import { Env } from '../../config/env.js';
import { GroupPlacement, perhapsPlaced, type PlacementOutcome } from './group-placement.js';
import { Lanes } from './lanes.js';
import type { HeldUp, PlacementAnswer } from './place-group.js';
import { GROUPS, PLACEMENTS } from './placement-observed.js';
import { type PlacementRequest, productIdsOf } from './placement-request.js';
import { type GroupLimits, nextGroup, nextHeldUp, Reserved, type WaitingOrder } from './waiting-order.js';

/** Lines of all orders of a group, so that baskets of hundreds do not make one transaction long. */
const GROUP_LINES_MAX = 2_000;
/** Lines of all orders that have no answer yet, some 5 MB of them. */
const LINES_MAX = 100_000;
/** From an order's arrival to the end of its last transaction, which may take another 2 s where it needs a new connection. */
const ORDER_MS_MAX = 7_000;

/**
 * Lets orders that arrive while a transaction is under way share the next one.
 *
 * There is no timer: an idle service places at once, and under load a group is what has gathered while the
 * lanes were busy. Orders are taken up as they came, but one whose product is in an open transaction of
 * this process stays until that has ended, and the others go on. An order whose product somebody else has
 * locked for more than a moment stands back from its group and waits for that lock in a patient lane.
 *
 * Bounded are the orders that wait and their lines, how long they do, the lanes, and what one group holds.
 */
@Injectable()
export class PlacementQueue {
  private waiting: WaitingOrder[] = [];
  private heldUp: WaitingOrder[] = [];
  private readonly reserved = new Reserved();
  private readonly lanes: Lanes;
  private freePatientLanes: number;
  private linesUnanswered = 0;
  private isTurnPlanned = false;
  private expiry: NodeJS.Timeout | undefined;

  constructor(
    @Inject(Env) private readonly env: Env,
    private readonly groups: GroupPlacement,
  ) {
    this.lanes = new Lanes(env.PLACEMENT_LANES, () => this.planTurn());
    this.freePatientLanes = env.PLACEMENT_PATIENT_LANES;
  }

  /**
   * Places an order, or says why not. When this returns, the answer is committed.
   * @param isAbandoned asked when the order's turn comes; one for which nobody waits any more is dropped.
   * @throws ServiceBusyError when too many orders wait, one waits for too long, or the database is away.
   */
  place(request: PlacementRequest, isAbandoned: () => boolean = () => false): Promise<PlacementAnswer> {
    return PLACEMENTS.run(undefined, () => this.enqueue(request, isAbandoned));
  }

  /** Orders that wait to be taken up. */
  get length(): number {
    return this.waiting.length + this.heldUp.length;
  }

  private enqueue(request: PlacementRequest, isAbandoned: () => boolean): Promise<PlacementAnswer> {
    const lines = request.lines.length;
    const isFull = this.length >= this.env.PLACEMENT_QUEUE_MAX;
    if (isFull || this.linesUnanswered + lines > LINES_MAX) return Promise.reject(new ServiceBusyError());
    this.linesUnanswered += lines;
    return new Promise<PlacementAnswer>((answer, fail) => {
      const [arrivedAt, trace] = [Date.now(), traces.current()];
      this.waiting.push({ request, isAbandoned, answer, fail, arrivedAt, heldUpBy: [], trace });
      this.planTurn();
    }).finally(() => {
      this.linesUnanswered -= lines;
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
    while (this.freePatientLanes > 0 && this.heldUp.length > 0) void this.openPatientLane(limits);
    while (this.lanes.isOneFree) {
      const group = nextGroup(this.waiting, this.reserved, limits);
      if (group.length === 0) break;
      void this.openLane(group);
    }
    this.watchTheOldest();
  }

  private async openLane(group: readonly WaitingOrder[]): Promise<void> {
    this.waiting = without(this.waiting, group);
    for (const { request } of group) this.reserved.add(request, productIdsOf([request]));
    const leaveLane = this.lanes.enter();
    const place = () => this.groups.place(requestsOf(group), deadlineOf(group));
    const outcomes = await GROUPS.run(group, place);
    leaveLane();
    for (const { request } of group) this.reserved.remove(request, productIdsOf([request]));
    this.settle(group, outcomes);
  }

  private async openPatientLane(limits: GroupLimits): Promise<void> {
    const group = nextHeldUp(this.heldUp, limits);
    this.heldUp = without(this.heldUp, group);
    this.freePatientLanes -= 1;
    const [lock] = group[0]?.heldUpBy ?? [];
    const place = () => this.groups.placePatiently(requestsOf(group), lock as number, deadlineOf(group));
    const outcomes = await GROUPS.run(group, place);
    this.freePatientLanes += 1;
    for (const order of group) this.reserved.remove(order.request, order.heldUpBy);
    this.settle(group, outcomes);
  }

  /**
   * The next groups are sent on their way before this one's callers are answered: the database works on those
   * while this process writes the answers.
   */
  private settle(group: readonly WaitingOrder[], outcomes: readonly PlacementOutcome[]): void {
    const answers: (() => void)[] = [];
    group.forEach((order, index) => {
      const outcome = outcomes[index] as PlacementOutcome;
      if (outcome.kind === 'held-up') this.standBack(order, outcome.productIds);
      else answers.push(() => answerTo(order, outcome));
    });
    this.takeTurn();
    setImmediate(() => answers.forEach((answer) => answer()));
  }

  /** Nobody who came later may take the products that it is held up by; its other products are for all. */
  private standBack(order: WaitingOrder, heldUpBy: readonly number[]): void {
    this.heldUp.push({ ...order, request: perhapsPlaced(order.request), heldUpBy });
    this.reserved.add(order.request, heldUpBy);
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
    const heldUp = this.heldUp.map((order) => this.expiryOf(order));
    const expiresAt = Math.min(this.expiryOf(this.waiting[0]), ...heldUp);
    if (this.expiry !== undefined || expiresAt === Infinity) return;
    this.expiry = setTimeout(() => this.refuseExpired(), expiresAt - Date.now());
    this.expiry.unref();
  }

  /** An order that stands back has waited once already, and may wait for a lane as long again. */
  private expiryOf(order: WaitingOrder | undefined): number {
    if (order === undefined) return Infinity;
    const waits = order.heldUpBy.length > 0 ? 2 : 1;
    return order.arrivedAt + waits * this.env.PLACEMENT_WAIT_MS;
  }

  private refuseExpired(): void {
    this.expiry = undefined;
    const now = Date.now();
    this.refuse(
      (order) => this.expiryOf(order) <= now,
      () => new ServiceBusyError(),
    );
    this.watchTheOldest();
  }

  private refuse(isRefused: (order: WaitingOrder) => boolean, reason: () => ServiceBusyError): void {
    const heldUp = this.heldUp.filter(isRefused);
    const waiting = this.waiting.filter(isRefused);
    for (const order of heldUp) this.reserved.remove(order.request, order.heldUpBy);
    for (const order of [...heldUp, ...waiting]) order.fail(reason());
    this.heldUp = without(this.heldUp, heldUp);
    this.waiting = without(this.waiting, waiting);
  }
}

function answerTo(order: WaitingOrder, outcome: Exclude<PlacementOutcome, HeldUp>): void {
  if (outcome.kind === 'failed') order.fail(outcome.error);
  else order.answer(outcome);
}

function requestsOf(group: readonly WaitingOrder[]): PlacementRequest[] {
  return group.map(({ request }) => request);
}

/** That of the order that has waited longest. */
function deadlineOf(group: readonly WaitingOrder[]): number {
  return Math.min(...group.map(({ arrivedAt }) => arrivedAt)) + ORDER_MS_MAX;
}

function without<T>(all: T[], taken: readonly T[]): T[] {
  if (taken.length === 0) return all;
  const gone = new Set(taken);
  return all.filter((one) => !gone.has(one));
}
