import { Injectable } from '@nestjs/common';
import type { QueryRunner } from 'typeorm';
import { ADVISORY_LOCKS } from '../database/advisory-locks.js';
import { BackgroundTasks } from '../database/background.tasks.js';
import { DatabaseReader } from '../database/database.reader.js';
import { TransactionRunner } from '../database/transaction.runner.js';
import { cancelExpired, IS_OVERDUE } from './expired-orders.js';

const SWEEP_EVERY_MS = 1_000;

export const OLDEST_OVERDUE = `
  SELECT coalesce(max(extract(epoch FROM statement_timestamp() - expires_at)), 0)::float8 AS seconds
    FROM (SELECT expires_at FROM orders WHERE ${IS_OVERDUE} ORDER BY expires_at LIMIT 1) AS oldest`;

const TRY_LOCK = `SELECT pg_try_advisory_xact_lock(${ADVISORY_LOCKS.expirySweep}) AS "isOurs"`;

/**
 * Cancels expired orders every second. Every process looks for them, whoever placed them and under whatever
 * setting, but only one at a time cancels.
 */
@Injectable()
export class ExpirySweeper {
  /** How long the oldest expired order had been overdue when this process last looked. */
  overdueSeconds = 0;

  constructor(
    private readonly database: DatabaseReader,
    private readonly transactions: TransactionRunner,
    private readonly tasks: BackgroundTasks,
  ) {
    tasks.repeat({ name: ExpirySweeper.name, everyMs: SWEEP_EVERY_MS, run: () => this.sweep() });
  }

  private async sweep(): Promise<void> {
    const [oldest] = await this.database.rows<{ seconds: number }>(OLDEST_OVERDUE, []);
    this.overdueSeconds = oldest?.seconds ?? 0;
    if (this.overdueSeconds === 0) return;
    await cancelExpired(this.transactions, { mayGoOn: (queryRunner) => this.mayGoOn(queryRunner) });
  }

  private async mayGoOn(queryRunner: QueryRunner): Promise<boolean> {
    if (this.tasks.stopping.aborted) return false;
    const [{ isOurs }] = (await queryRunner.query(TRY_LOCK)) as [{ isOurs: boolean }];
    return isOurs;
  }
}
