import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { QueryRunner } from 'typeorm';
import { ServiceBusyError } from '../common/domain-error.js';
import { ADVISORY_LOCKS } from '../database/advisory-locks.js';
import { asServiceBusy } from '../database/database-errors.js';
import { DatabaseReader } from '../database/database.reader.js';
import { TransactionRunner } from '../database/transaction.runner.js';
import { cancelExpired, IS_OVERDUE } from './expired-orders.js';

const SWEEP_EVERY_MS = 1_000;

export const OLDEST_OVERDUE = `
  SELECT coalesce(max(extract(epoch FROM statement_timestamp() - expires_at)), 0)::float8 AS seconds
    FROM (SELECT expires_at FROM orders WHERE ${IS_OVERDUE} ORDER BY expires_at LIMIT 1) AS oldest`;

const TRY_LOCK = `SELECT pg_try_advisory_xact_lock(${ADVISORY_LOCKS.expirySweep}) AS "isOurs"`;

/**
 * Every second, cancels the orders that have expired. Every process looks, also for orders that others have
 * placed or that were placed under another setting; one at a time cancels.
 */
@Injectable()
export class ExpirySweeper implements OnApplicationBootstrap, OnModuleDestroy {
  /** How long the oldest expired order had been waiting when this process last looked. */
  overdueSeconds = 0;
  private readonly logger = new Logger(ExpirySweeper.name);
  private timer: NodeJS.Timeout | undefined;
  private isStopping = false;

  constructor(
    private readonly database: DatabaseReader,
    private readonly transactions: TransactionRunner,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setTimeout(() => void this.sweepAndGoOn(), SWEEP_EVERY_MS);
  }

  /** A batch that is under way ends by itself; the pool is closed after it. */
  onModuleDestroy(): void {
    this.isStopping = true;
    clearTimeout(this.timer);
  }

  private async sweepAndGoOn(): Promise<void> {
    try {
      await this.sweep();
    } catch (error) {
      // A database that is away is reported by those who ask for something; the next sweep tries again.
      if (!(asServiceBusy(error) instanceof ServiceBusyError)) this.logger.error(error);
    }
    if (!this.isStopping) this.onApplicationBootstrap();
  }

  private async sweep(): Promise<void> {
    const [oldest] = await this.database.rows<{ seconds: number }>(OLDEST_OVERDUE, []);
    this.overdueSeconds = oldest?.seconds ?? 0;
    if (this.overdueSeconds === 0) return;
    await cancelExpired(this.transactions, { mayGoOn: (queryRunner) => this.mayGoOn(queryRunner) });
  }

  private async mayGoOn(queryRunner: QueryRunner): Promise<boolean> {
    if (this.isStopping) return false;
    const [{ isOurs }] = (await queryRunner.query(TRY_LOCK)) as [{ isOurs: boolean }];
    return isOurs;
  }
}
