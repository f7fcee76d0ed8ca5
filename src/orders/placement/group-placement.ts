import { Injectable } from '@nestjs/common';
import { ServiceBusyError } from '../../common/errors/domain-error.js';
import { OutcomeUnknownError, TransactionRunner } from '../../database/transaction-runner.js';
import type { OnLocked } from '../../products/lock-products.js';
import { type HeldUp, type PlacementAnswer, placeGroup } from './place-group.js';
import type { PlacementRequest } from './placement-request.js';

/** An answer, or that there is none yet, or why there will be none. */
export type PlacementOutcome =
  PlacementAnswer | HeldUp | { readonly kind: 'failed'; readonly error: unknown };

/** No further order of a failed group is begun after this time; a transaction takes 3 s at most. */
const ONE_BY_ONE_MS_MAX = 1_500;

/** Takes a group of orders to the database and comes back with one outcome each, whatever happens. */
@Injectable()
export class GroupPlacement {
  constructor(private readonly transactions: TransactionRunner) {}

  /**
   * Never throws. Where the group as a whole fails for another reason than that the database is busy,
   * its orders are placed one by one, so that only the one at fault fails.
   */
  async place(requests: readonly PlacementRequest[], onLocked: OnLocked): Promise<PlacementOutcome[]> {
    try {
      return await this.placeTogether(requests, onLocked);
    } catch (error) {
      if (error instanceof ServiceBusyError) return requests.map(() => ({ kind: 'failed', error }));
      return this.placeOneByOne(requests, onLocked);
    }
  }

  /**
   * Where it is not known whether the group was committed, a second attempt on a fresh connection finds out: it
   * waits for the same locks and looks for each order's key before it places anything.
   */
  private async placeTogether(
    requests: readonly PlacementRequest[],
    onLocked: OnLocked,
  ): Promise<PlacementOutcome[]> {
    try {
      return await this.commit(requests, onLocked);
    } catch (error) {
      if (!(error instanceof OutcomeUnknownError)) throw error;
      return this.commit(requests.map(perhapsPlaced), 'wait');
    }
  }

  /**
   * An order may stand under the key of one by now: requests with one key and no product in common do not
   * meet in a lock, only in the unique constraint that has failed the group.
   */
  private async placeOneByOne(
    requests: readonly PlacementRequest[],
    onLocked: OnLocked,
  ): Promise<PlacementOutcome[]> {
    const deadline = Date.now() + ONE_BY_ONE_MS_MAX;
    const outcomes: PlacementOutcome[] = [];
    for (const request of requests.map(perhapsPlaced)) {
      outcomes.push(
        Date.now() < deadline
          ? await this.placeAlone(request, onLocked)
          : { kind: 'failed', error: new ServiceBusyError() },
      );
    }
    return outcomes;
  }

  private async placeAlone(request: PlacementRequest, onLocked: OnLocked): Promise<PlacementOutcome> {
    try {
      const [outcome] = await this.commit([request], onLocked);
      return outcome as PlacementOutcome;
    } catch (error) {
      return { kind: 'failed', error };
    }
  }

  private commit(requests: readonly PlacementRequest[], onLocked: OnLocked): Promise<PlacementOutcome[]> {
    return this.transactions.runAtOnce((queryRunner) => placeGroup(queryRunner, requests, onLocked));
  }
}

function perhapsPlaced(request: PlacementRequest): PlacementRequest {
  return { ...request, mayBePlaced: true };
}
