import { Logger } from '@nestjs/common';
import { ServiceBusyError } from '../domain-error.js';
import { type Observed, traces } from '../observation.js';
import { BlockedResources } from './blocked-resources.js';
import {
  type Caller,
  type GroupWork,
  type Outcome,
  type QueueLimits,
  Requeue,
  type Waiting,
} from './group-work.js';
import { Slots } from './slots.js';

/**
 * A batching queue: items that arrive while a group is running share the next one.
 *
 * There is no timer. An idle queue runs an item at once. Under load, a group is whatever has gathered while
 * all slots were in use. Items run in order of arrival, except that later items pass one whose resources are
 * used by a running group or held elsewhere. All is bounded: waiting items, their resources, the waiting
 * time, running groups, and the size of a group.
 */
export class GroupQueue<Item, Answer> {
  private waiting: Waiting<Item, Answer>[] = [];
  private readonly keysInUse = new Set<string>();
  private readonly inUse = new Set<number>();
  private readonly blocked: BlockedResources;
  private readonly slots: Slots;
  private readonly logger = new Logger(GroupQueue.name);
  private unanswered = 0;
  private isTurnPlanned = false;

  /** @param groups observes each group from leaving the queue to its outcomes. */
  constructor(
    private readonly work: GroupWork<Item, Answer>,
    private readonly limits: QueueLimits,
    private readonly groups: Observed<readonly Waiting<Item>[]>,
  ) {
    const planTurn = () => this.planTurn();
    this.slots = new Slots(limits.slots, planTurn);
    this.blocked = new BlockedResources((resources) => work.findFree(resources), planTurn);
  }

  /** Items that are waiting. */
  get length(): number {
    return this.waiting.length;
  }

  /**
   * Resolves with the item's answer.
   * @throws the item's error; ServiceBusyError if too many items wait, the item has waited for too long, or
   *   its caller has disconnected.
   */
  add(item: Item, caller: Caller): Promise<Answer> {
    const resources = this.work.resourcesOf(item);
    const isFull = this.length >= this.limits.waitingMax;
    if (isFull || this.unanswered + resources.length > this.limits.resourcesMax)
      return Promise.reject(new ServiceBusyError());
    this.unanswered += resources.length;
    return new Promise<Answer>((answer, fail) => {
      const [key, arrivedAt, trace] = [this.work.keyOf(item), Date.now(), traces.current()];
      const isFresh = { isRequeued: false, runsAlone: false };
      const entry = { item, key, resources, caller, arrivedAt, trace, ...isFresh, answer, fail };
      this.waiting.push(entry);
      this.expireAt(arrivedAt + this.limits.waitMsMax, entry);
      this.planTurn();
    }).finally(() => {
      this.unanswered -= resources.length;
    });
  }

  /** Deferred, so that items that arrive in the same turn of the event loop form one group. */
  private planTurn(): void {
    if (this.isTurnPlanned) return;
    this.isTurnPlanned = true;
    setImmediate(() => {
      this.isTurnPlanned = false;
      this.takeTurn();
    });
  }

  private takeTurn(): void {
    const gone = this.waiting.filter(({ caller }) => caller.isGone());
    for (const entry of gone) this.refuse(entry, 'The client disconnected before its turn.');
    while (this.slots.isOneFree) {
      const group = this.nextGroup();
      if (group.length === 0) return;
      void this.runGroup(group);
    }
  }

  /** A skipped item reserves its key, but none of its resources. */
  private nextGroup(): Waiting<Item, Answer>[] {
    const { groupItemsMax, groupResourcesMax } = this.limits;
    const group: Waiting<Item, Answer>[] = [];
    const keys = new Set<string>();
    let resources = 0;
    for (const entry of this.waiting) {
      const isKeyTaken = keys.has(entry.key);
      keys.add(entry.key);
      if (isKeyTaken || this.needsWhatIsTaken(entry)) continue;
      resources += entry.resources.length;
      const isFull = group.length >= groupItemsMax || resources > groupResourcesMax || entry.runsAlone;
      if (group.length > 0 && isFull) break;
      group.push(entry);
      if (entry.runsAlone) break;
    }
    return group;
  }

  private needsWhatIsTaken({ key, resources }: Waiting<Item, Answer>): boolean {
    const isTaken = (resource: number) => this.inUse.has(resource) || this.blocked.has(resource);
    return this.keysInUse.has(key) || resources.some(isTaken);
  }

  private async runGroup(group: readonly Waiting<Item, Answer>[]): Promise<void> {
    for (const entry of group) this.leave(entry);
    const resources = new Set(group.flatMap((entry) => entry.resources));
    for (const resource of resources) this.inUse.add(resource);
    for (const { key } of group) this.keysInUse.add(key);
    const leaveSlot = this.slots.enter();

    const items = group.map(({ item }) => item);
    const deadline = Math.min(...group.map(({ arrivedAt }) => arrivedAt)) + this.limits.answerMsMax;
    const outcomes = await this.groups
      .run(group, () => this.work.run(items, deadline))
      .catch((error: unknown) => this.outcomesOfFailed(group, error));

    leaveSlot();
    for (const resource of resources) this.inUse.delete(resource);
    for (const { key } of group) this.keysInUse.delete(key);
    this.settle(group, outcomes);
  }

  /**
   * Unless the service is busy, the items of a failed group run again one by one, so that only the culprit
   * fails.
   */
  private outcomesOfFailed(
    group: readonly Waiting<Item, Answer>[],
    error: unknown,
  ): readonly Outcome<Item, Answer>[] {
    const failed = error instanceof Error ? error : new Error('A group failed.', { cause: error });
    if (error instanceof ServiceBusyError) return group.map(() => failed);
    const together = group.filter(({ runsAlone }) => !runsAlone);
    if (together.length > 0) {
      const requestIds = together.map(({ caller }) => caller.requestId);
      this.logger.warn({ group_size: group.length, request_ids: requestIds, err: error });
    }
    return group.map(({ item, runsAlone }) => (runsAlone ? failed : new Requeue(item, [], true)));
  }

  /** Starts the next groups first, so that the database works while this process writes the answers. */
  private settle(group: readonly Waiting<Item, Answer>[], outcomes: readonly Outcome<Item, Answer>[]): void {
    const requeued: Waiting<Item, Answer>[] = [];
    const answers: (() => void)[] = [];
    group.forEach((entry, index) => {
      const outcome = outcomes[index] as Outcome<Item, Answer>;
      if (outcome instanceof Requeue) requeued.push(this.requeue(entry, outcome));
      else answers.push(() => (outcome instanceof Error ? entry.fail(outcome) : entry.answer(outcome)));
    });
    this.waiting.unshift(...requeued);
    this.takeTurn();
    setImmediate(() => answers.forEach((answer) => answer()));
  }

  private requeue(
    entry: Waiting<Item, Answer>,
    { item, blockedBy, runsAlone }: Requeue<Item>,
  ): Waiting<Item, Answer> {
    const expiresAt = entry.arrivedAt + this.limits.requeuedMsMax;
    for (const resource of blockedBy) this.blocked.block(resource, expiresAt);
    const again = { ...entry, item, isRequeued: true, runsAlone: runsAlone || entry.runsAlone };
    this.expireAt(expiresAt, again);
    return again;
  }

  private expireAt(time: number, entry: Waiting<Item, Answer>): void {
    entry.expiry = setTimeout(() => this.refuse(entry), time - Date.now());
  }

  private refuse(entry: Waiting<Item, Answer>, why?: string): void {
    this.leave(entry);
    entry.fail(new ServiceBusyError({}, why));
  }

  private leave(entry: Waiting<Item, Answer>): void {
    clearTimeout(entry.expiry);
    this.waiting.splice(this.waiting.indexOf(entry), 1);
  }
}
