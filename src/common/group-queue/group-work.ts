export interface Caller {
  readonly requestId: string;
  readonly isGone: () => boolean;
}

/** An item in the queue. */
export interface Waiting<Item, Answer = never> {
  readonly item: Item;
  readonly key: string;
  readonly resources: readonly number[];
  readonly caller: Caller;
  /** As `Date.now()`. */
  readonly arrivedAt: number;
  /** The item's trace context. */
  readonly trace: unknown;
  readonly isRequeued: boolean;
  /** Set after its group has failed: the item runs in a group of its own. */
  readonly runsAlone: boolean;
  readonly answer: (answer: Answer) => void;
  readonly fail: (error: unknown) => void;
  /** Refuses the item if it waits for too long. */
  expiry?: NodeJS.Timeout;
}

/** Instead of an answer: the item goes back to the head of the queue. */
export class Requeue<Item> {
  /** @param blockedBy resources that are held elsewhere. Items that need one wait until it is free. */
  constructor(
    readonly item: Item,
    readonly blockedBy: readonly number[] = [],
    readonly runsAlone = false,
  ) {}
}

/** What becomes of an item. An error concerns its caller only. */
export type Outcome<Item, Answer> = Answer | Error | Requeue<Item>;

export interface GroupWork<Item, Answer> {
  /** Runs a group until a deadline (`Date.now()`) and returns one outcome per item, in the same order. */
  run(items: readonly Item[], deadline: number): Promise<readonly Outcome<Item, Answer>[]>;
  /**
   * Returns the resources that nobody else holds. If all are held, it waits for the first, but not for long.
   */
  findFree(resources: readonly number[]): Promise<readonly number[]>;
  /** No two items with the same key run at the same time, not even in one group. */
  keyOf(item: Item): string;
  /**
   * What an item needs, such as rows to lock. Items of one group may share a resource, two groups may not.
   */
  resourcesOf(item: Item): readonly number[];
}

export interface QueueLimits {
  /** Groups that may run at the same time. */
  readonly slots: number;
  readonly groupItemsMax: number;
  /** The resources of a group's items, added up. */
  readonly groupResourcesMax: number;
  /** Waiting items. */
  readonly waitingMax: number;
  /** Resources of all unanswered items, added up. */
  readonly resourcesMax: number;
  /** From the arrival of an item to its first run. */
  readonly waitMsMax: number;
  /** From the arrival of a requeued item to its next run. */
  readonly requeuedMsMax: number;
  /** From the arrival of a group's oldest item to the group's deadline. */
  readonly answerMsMax: number;
}
