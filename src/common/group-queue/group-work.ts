/** Who waits for an answer. */
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
  /** By the clock of `Date.now()`. */
  readonly arrivedAt: number;
  /** The trace that the item belongs to. */
  readonly trace: unknown;
  readonly isRequeued: boolean;
  /** Set after its group has failed: it runs in a group of its own. */
  readonly runsAlone: boolean;
  readonly answer: (answer: Answer) => void;
  readonly fail: (error: unknown) => void;
  /** Refuses the item after its waiting time. */
  expiry?: NodeJS.Timeout;
}

/** In place of an answer: the item goes back to the head of the queue. */
export class Requeue<Item> {
  /**
   * @param blockedBy the resources that somebody else holds.
   *   Items that need one wait until it is free; others
   *   do not.
   */
  constructor(
    readonly item: Item,
    readonly blockedBy: readonly number[] = [],
    readonly runsAlone = false,
  ) {}
}

/** An error concerns the caller of that item only. */
export type Outcome<Item, Answer> = Answer | Error | Requeue<Item>;

export interface GroupWork<Item, Answer> {
  /**
   * Runs a group until a deadline (`Date.now()`) and returns one outcome for each item, in the order given.
   */
  run(items: readonly Item[], deadline: number): Promise<readonly Outcome<Item, Answer>[]>;
  /**
   * Those of the resources that nobody else holds. If all are held, it waits for the first, but not for long.
   */
  findFree(resources: readonly number[]): Promise<readonly number[]>;
  /** No two items with the same key run at the same time, not even in one group. */
  keyOf(item: Item): string;
  /**
   * What an item needs, such as rows to lock. Items of one group may share a resource; two running groups may
   * not.
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
