import { Injectable } from '@nestjs/common';
import { CONSTRAINTS } from '../../database/constraint-names.js';
import { violates } from '../../database/database-errors.js';
import { OutcomeUnknownError, TransactionRunner } from '../../database/transaction-runner.js';
import { type PlacementAnswer, placeGroup } from './place-group.js';
import type { PlacementRequest } from './placement-request.js';

/** Hands orders to the database, one transaction each: a group of one. */
@Injectable()
export class PlacementQueue {
  constructor(private readonly transactions: TransactionRunner) {}

  /**
   * Places an order, or says why not. When this returns, the answer is committed. Where it is not known
   * what became of the first attempt, a second one finds out: it waits for the same locks and looks for
   * the order's key before it places anything.
   * @throws ServiceBusyError when the database is away, overloaded or locked for too long.
   */
  async place(request: PlacementRequest): Promise<PlacementAnswer> {
    try {
      return await this.placeAlone(request);
    } catch (error) {
      if (!mayHaveBeenPlaced(error)) throw error;
      return await this.placeAlone({ ...request, mayBePlaced: true });
    }
  }

  private async placeAlone(request: PlacementRequest): Promise<PlacementAnswer> {
    const answers = await this.transactions.run((queryRunner) => placeGroup(queryRunner, [request]));
    return answers[0] as PlacementAnswer;
  }
}

/**
 * By us, when the connection was lost during COMMIT, or by another request with the same key: two such
 * orders without a common product do not meet in a lock, only in the unique constraint.
 */
function mayHaveBeenPlaced(error: unknown): boolean {
  return error instanceof OutcomeUnknownError || violates(error, CONSTRAINTS.ordersPlacementKey);
}
