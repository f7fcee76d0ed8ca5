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
  /** What it is part of, for those who trace it. */
  readonly trace: unknown;
  readonly isRequeued: boolean;
  /** Whether its group has failed, so that the next one is its own. */
  readonly runsAlone: boolean;
  readonly answer: (answer: Answer) => void;
  readonly fail: (error: unknown) => void;
  /** Refuses it when it has waited for too long. */
  expiry?: NodeJS.Timeout;
}

/** In place of an answer: the item goes back to the head of the queue. */
export class Requeue<Item> {
  /** @param blockedBy a resource that somebody else holds; those who need it wait until it is free, and only those. */
  constructor(
    readonly item: Item,
    readonly blockedBy?: number,
    readonly runsAlone = false,
  ) {}
}

/** An error is thrown to the caller of that item alone. */
export type Outcome<Item, Answer> = Answer | Error | Requeue<Item>;

export interface GroupWork<Item, Answer> {
  /** Runs a group by a deadline of `Date.now()`, and has one outcome for each item, in the order given. */
  run(items: readonly Item[], deadline: number): Promise<readonly Outcome<Item, Answer>[]>;
  /** Which of these nobody else holds any more; if all are held, it waits for the first of them, but not for long. */
  findFree(resources: readonly number[]): Promise<readonly number[]>;
  /** What no two items may have in common that are under way at the same time, not even in one group. */
  keyOf(item: Item): string;
  /** What the items of one group may share, but not those of two groups under way, such as rows to lock. */
  resourcesOf(item: Item): readonly number[];
}

export interface QueueLimits {
  /** Groups under way at the same time. */
  readonly slots: number;
  readonly groupItemsMax: number;
  /** Resources that the items of a group need, added up. */
  readonly groupResourcesMax: number;
  /** Items that wait. */
  readonly waitingMax: number;
  /** Resources of all items that have no answer yet. */
  readonly resourcesMax: number;
  /** From its arrival until an item is run for the first time. */
  readonly waitMsMax: number;
  /** From its arrival until an item that was requeued is run again. */
  readonly requeuedMsMax: number;
  /** From the arrival of a group's oldest item to the end of the group. */
  readonly answerMsMax: number;
}
