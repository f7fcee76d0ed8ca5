import { Injectable } from '@nestjs/common';
import { ServiceBusyError } from '../../common/domain-error.js';
import { LockTimeoutError } from '../../database/database-errors.js';
import {
  OutcomeUnknownError,
  type TransactionLimits,
  TransactionRunner,
} from '../../database/transaction.runner.js';
import { type HeldUp, type LocksWaitedFor, type PlacementAnswer, placeGroup } from './place-group.js';
import type { PlacementRequest } from './placement-request.js';

/** An answer, or that there is none yet, or why there will be none. */
export type PlacementOutcome =
  PlacementAnswer | HeldUp | { readonly kind: 'failed'; readonly error: unknown };

/** Long enough for any transaction of ours, so that only what is held for longer makes orders stand back. */
const BRIEF_LOCK_WAIT_MS = 100;
const PATIENT_LOCK_WAIT_MS = 2_000;
const NOTHING: ReadonlySet<number> = new Set();

/**
 * Takes a group of orders to the database and comes back with one outcome each, whatever happens. Where the
 * group as a whole fails for another reason than that the database is busy, its orders are placed one by
 * one, so that only the one at fault fails. All by a deadline, by the clock of `Date.now()`.
 */
@Injectable()
export class GroupPlacement {
  constructor(private readonly transactions: TransactionRunner) {}

  /** Orders whose product somebody else has locked for more than a moment stand back from their neighbours. */
  place(requests: readonly PlacementRequest[], deadline: number): Promise<PlacementOutcome[]> {
    return this.settleAll(requests, (some) => this.placeTogether(some, deadline), deadline);
  }

  /**
   * Orders that have stood back wait for one lock, up to 2 s. One that then finds another product locked stands
   * back again: nobody waits while holding a lock that others want.
   */
  placePatiently(
    requests: readonly PlacementRequest[],
    heldUpBy: number,
    deadline: number,
  ): Promise<PlacementOutcome[]> {
    const lock = new Set([heldUpBy]);
    return this.settleAll(
      requests,
      (some) => this.commit(some, lock, { lockWaitMsMax: PATIENT_LOCK_WAIT_MS, deadline }),
      deadline,
    );
  }

  private async settleAll(
    requests: readonly PlacementRequest[],
    place: (some: readonly PlacementRequest[]) => Promise<PlacementOutcome[]>,
    deadline: number,
  ): Promise<PlacementOutcome[]> {
    try {
      return await place(requests);
    } catch (error) {
      if (error instanceof ServiceBusyError) return requests.map(() => ({ kind: 'failed', error }));
    }
    // An order may stand under the key of one by now: requests with one key and no product in common do not
    // meet in a lock, only in the unique constraint that has failed the group.
    const outcomes: PlacementOutcome[] = [];
    for (const request of requests.map(perhapsPlaced))
      outcomes.push(await settleOne(request, place, deadline));
    return outcomes;
  }

  private async placeTogether(
    requests: readonly PlacementRequest[],
    deadline: number,
  ): Promise<PlacementOutcome[]> {
    try {
      return await this.commit(requests, 'all', { lockWaitMsMax: BRIEF_LOCK_WAIT_MS, deadline });
    } catch (error) {
      if (!(error instanceof LockTimeoutError)) throw error;
      return this.commit(requests, NOTHING, { lockWaitMsMax: BRIEF_LOCK_WAIT_MS, deadline });
    }
  }

  /**
   * Where it is not known whether the group was committed, a second attempt on a fresh connection finds out: it
   * looks for each order's key, under the same locks, before it places anything.
   */
  private async commit(
    requests: readonly PlacementRequest[],
    waitFor: LocksWaitedFor,
    limits: TransactionLimits,
  ): Promise<PlacementOutcome[]> {
    const attempt = (some: readonly PlacementRequest[], locks: LocksWaitedFor) =>
      this.transactions.runAtOnce((queryRunner) => placeGroup(queryRunner, some, locks), limits);
    try {
      return await attempt(requests, waitFor);
    } catch (error) {
      if (!(error instanceof OutcomeUnknownError)) throw error;
      return attempt(requests.map(perhapsPlaced), waitFor === 'all' ? NOTHING : waitFor);
    }
  }
}

async function settleOne(
  request: PlacementRequest,
  place: (some: readonly PlacementRequest[]) => Promise<PlacementOutcome[]>,
  deadline: number,
): Promise<PlacementOutcome> {
  try {
    if (Date.now() >= deadline) throw new ServiceBusyError();
    const [outcome] = await place([request]);
    return outcome as PlacementOutcome;
  } catch (error) {
    return { kind: 'failed', error };
  }
}

/** Makes sure that its key is looked up. */
export function perhapsPlaced(request: PlacementRequest): PlacementRequest {
  return { ...request, mayBePlaced: true };
}
