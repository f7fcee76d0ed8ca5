import { Injectable } from '@nestjs/common';
import { CONSTRAINTS } from '../../database/constraint-names.js';
import { violates } from '../../database/database-errors.js';
import { TransactionRunner } from '../../database/transaction-runner.js';
import { type PlacementAnswer, placeGroup } from './place-group.js';
import type { PlacementRequest } from './placement-request.js';

/** Hands orders to the database, one transaction each: a group of one. */
@Injectable()
export class PlacementQueue {
  constructor(private readonly transactions: TransactionRunner) {}

  /**
   * Places an order, or says why not. When this returns, the answer is committed.
   * @throws ServiceBusyError when the database is away, overloaded or locked for too long.
   */
  async place(request: PlacementRequest): Promise<PlacementAnswer> {
    try {
      return await this.placeAlone(request);
    } catch (error) {
      // Two orders with one key and no product in common do not meet in a lock, only in the unique
      // constraint. The other one has committed by then, so the second look finds it.
      if (!violates(error, CONSTRAINTS.ordersPlacementKey)) throw error;
      return await this.placeAlone(request);
    }
  }

  private async placeAlone(request: PlacementRequest): Promise<PlacementAnswer> {
    const answers = await this.transactions.run((queryRunner) => placeGroup(queryRunner, [request]));
    return answers[0] as PlacementAnswer;
  }
}
