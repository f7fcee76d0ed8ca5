import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Client } from 'pg';
import { DataSource, type QueryRunner } from 'typeorm';
import { BoundedSemaphore } from '../common/bounded-semaphore.js';
import { ServiceBusyError } from '../common/errors/domain-error.js';
import { retry } from '../common/retry.js';
import { Env } from '../config/env.js';
import { asServiceBusy, isConnectionLost, isDatabaseUnavailable, isRetryable } from './database-errors.js';

const ATTEMPTS_MAX = 3;
const RETRY_DELAY_MS_MAX = 50;
const WAITING_WRITES_MAX = 1_000;
const SLOT_WAIT_MS_MAX = 2_000;

/**
 * How long one transaction may wait for a lock, run one statement, or sit idle. Behind each stands
 * the client's own deadline for an answer, for a server that has fallen silent.
 */
const LOCAL_TIMEOUTS = `
  SET LOCAL lock_timeout = '2s';
  SET LOCAL statement_timeout = '4s';
  SET LOCAL idle_in_transaction_session_timeout = '5s'`;

/** Work that has to be undone because the database says so, though no statement was seen to fail. */
class TransactionAbortedError extends Error {}

/** The connection was lost while the transaction was being committed: it may have been, or not. */
export class OutcomeUnknownError extends ServiceBusyError {
  constructor(cause: unknown) {
    super(
      { cause },
      'The database was lost while the change was being stored: look whether it was before you try again.',
    );
  }
}

/** The transaction did not begin because its connection was dead already, so it can begin on another. */
class NotBegunError extends ServiceBusyError {
  constructor(cause: unknown) {
    super({ cause });
  }
}

/**
 * The one lifecycle of every write, and the only place that opens a query runner.
 *
 * Guarantees: what `work` did is committed exactly when `run` returns; when `run` throws, nothing
 * is, but for OutcomeUnknownError, after which a caller can look for what it wrote. The first error is
 * the one that is thrown.
 */
@Injectable()
export class TransactionRunner {
  private readonly slots: BoundedSemaphore;

  /** Some connections are kept for reads: writers that wait for a locked row must not take them all. */
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(Env) env: Env,
  ) {
    const readsKeep = Math.max(1, Math.floor(env.DATABASE_POOL_SIZE / 3));
    const slots = env.DATABASE_POOL_SIZE - readsKeep;
    this.slots = new BoundedSemaphore({ slots, waitingMax: WAITING_WRITES_MAX, waitMsMax: SLOT_WAIT_MS_MAX });
  }

  /**
   * Runs `work` in one READ COMMITTED transaction. After a deadlock or a serialisation failure the
   * whole of it is run again, three attempts at most, so it must have no effect outside the database.
   * @throws ServiceBusyError when the database is away, overloaded, or a lock is not to be had in time;
   *   OutcomeUnknownError, which is one too, when it was lost during COMMIT.
   */
  async run<T>(work: (queryRunner: QueryRunner) => Promise<T>): Promise<T> {
    try {
      return await this.slots.run(() => retry(() => this.attempt(work), retryDelayMs));
    } catch (error) {
      throw asServiceBusy(error);
    }
  }

  private async attempt<T>(work: (queryRunner: QueryRunner) => Promise<T>): Promise<T> {
    const queryRunner = this.dataSource.createQueryRunner();
    try {
      await begin(queryRunner);
      const result = await work(queryRunner);
      await assertHealthy(queryRunner);
      await commit(queryRunner);
      return result;
    } catch (error) {
      await rollBack(queryRunner);
      throw error;
    } finally {
      await queryRunner.release();
    }
  }
}

/** A connection from the pool may have died unnoticed; where nothing has begun, any other is as good. */
async function begin(queryRunner: QueryRunner): Promise<void> {
  try {
    await queryRunner.connect();
    await queryRunner.startTransaction('READ COMMITTED');
    await queryRunner.query(LOCAL_TIMEOUTS);
  } catch (error) {
    throw isConnectionLost(error) ? new NotBegunError(error) : error;
  }
}

async function commit(queryRunner: QueryRunner): Promise<void> {
  try {
    await queryRunner.commitTransaction();
  } catch (error) {
    throw isDatabaseUnavailable(error) ? new OutcomeUnknownError(error) : error;
  }
}

/** Random, so that those who collided do not collide again. */
function retryDelayMs(error: unknown, attempt: number): number | undefined {
  const isWorthIt = error instanceof NotBegunError || isRetryable(error);
  return attempt < ATTEMPTS_MAX && isWorthIt ? Math.random() * RETRY_DELAY_MS_MAX : undefined;
}

/** PostgreSQL answers COMMIT of a failed transaction without an error and stores nothing. */
async function assertHealthy(queryRunner: QueryRunner): Promise<void> {
  const client = (await queryRunner.connect()) as Client;
  if (client.getTransactionStatus() !== 'T') {
    throw new TransactionAbortedError(
      'A statement failed inside the transaction and its error was swallowed.',
    );
  }
}

/** Never throws, so that the first error stays the one that is seen. A connection that cannot roll back is closed. */
async function rollBack(queryRunner: QueryRunner): Promise<void> {
  try {
    if (queryRunner.isTransactionActive) await queryRunner.rollbackTransaction();
  } catch {
    const client = (await queryRunner.connect().catch(() => undefined)) as Client | undefined;
    void client?.end().catch(() => undefined);
  }
}
