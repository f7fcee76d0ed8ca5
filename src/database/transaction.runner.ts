import { Inject, Injectable } from '@nestjs/common';
import { Observed } from '../common/observation.js';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type QueryRunner } from 'typeorm';
import { BoundedSemaphore } from '../common/bounded-semaphore.js';
import { ServiceBusyError } from '../common/domain-error.js';
import { retry } from '../common/retry.js';
import { Env } from '../config/env.js';
import {
  asServiceBusy,
  isConnectionLost,
  isOutcomeUnknown,
  isRetryable,
  LockTimeoutError,
} from './database-errors.js';
import { idleClientsOf, poolOf } from './pool.js';
import type { RobustClient } from './postgres-client.js';

const ATTEMPTS_MAX = 3;
const RETRY_DELAY_MS_MAX = 50;
const WAITING_WRITES_MAX = 1_000;
const SLOT_WAIT_MS_MAX = 2_000;
/** From the first attempt on, all of them together; then the connection is closed under the last one. */
const TRANSACTION_MS_MAX = 3_000;
/** From its arrival, a write waits so long for rows that others have locked, in short waits of this length. */
const LOCK_PATIENCE_MS = 2_000;
const LOCK_WAIT_MS_MAX = 50;
/** From its arrival on, with all waiting; the connection of its last transaction is closed then. */
const WRITE_MS_MAX = SLOT_WAIT_MS_MAX + TRANSACTION_MS_MAX;

/** An attempt at a transaction, the first one being number 1. */
export const TRANSACTIONS = new Observed<number>();

/** From sending COMMIT to its answer. */
export const COMMITS = new Observed<void>();

/** What a transaction may wait for. */
export interface TransactionLimits {
  /** Milliseconds for each lock. */
  readonly lockWaitMsMax: number;
  /**
   * By the clock of `Date.now()`, and never later than 3 s after the beginning; the transaction ends then, or
   * within the 2 s that a new connection may take.
   */
  readonly deadline: number;
}

/** Work that has sent its last statement; COMMIT travels right behind it. */
export interface SentLast<T> {
  /** The result of the work, once that statement has been answered. */
  readonly outcome: Promise<T>;
  /** Where nothing was written the outcome is true whatever becomes of COMMIT. */
  readonly hasWritten: boolean;
}

/** The connection was lost while the transaction was being committed: it may have been, or not. */
export class OutcomeUnknownError extends ServiceBusyError {
  constructor(cause: unknown) {
    super(
      { cause },
      'The database was lost while the change was being stored: look whether it was before you try again.',
    );
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

  /**
   * Writers must not take every connection: placing orders has its lanes, and what is left is shared between
   * other writes and reads.
   */
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(Env) env: Env,
  ) {
    const shared = env.DATABASE_POOL_SIZE - env.PLACEMENT_LANES - env.PLACEMENT_PATIENT_LANES;
    const slots = Math.max(1, Math.floor(shared / 2));
    this.slots = new BoundedSemaphore({ slots, waitingMax: WAITING_WRITES_MAX, waitMsMax: SLOT_WAIT_MS_MAX });
  }

  /**
   * Runs `work` in one READ COMMITTED transaction. After a deadlock, a serialisation failure or the loss of the
   * connection the whole of it is run again, three attempts at most, so it must have no effect outside the
   * database. So it is, for 2 s, when somebody else has a row locked: it gives its turn away after 50 ms and comes
   * again, so that those who wait for that row cost the writes of others a moment and never their turn.
   * @throws ServiceBusyError when the database is away, overloaded, or a lock is not to be had in time,
   *   within 7 s, usually 4; OutcomeUnknownError, which is one too, when it was lost during COMMIT.
   */
  async run<T>(work: (queryRunner: QueryRunner) => Promise<T>): Promise<T> {
    const arrivedAt = Date.now();
    const limits = { lockWaitMsMax: LOCK_WAIT_MS_MAX, deadline: arrivedAt + WRITE_MS_MAX };
    const takeTurn = () =>
      this.slots.run(() =>
        this.runAtOnce(async (queryRunner) => {
          const result = await work(queryRunner);
          return { outcome: Promise.resolve(result), hasWritten: true };
        }, limits),
      );
    return retry(takeTurn, (error) => {
      const mayWait = error instanceof LockTimeoutError && Date.now() < arrivedAt + LOCK_PATIENCE_MS;
      return mayWait ? randomDelayMs() : undefined;
    });
  }

  /**
   * `run` without waiting for a turn: for callers who bound how many of these they have under way, as the lanes
   * of placement do. The last statement of the work must fail by itself wherever the transaction must not be
   * committed.
   * @throws LockTimeoutError, which is a ServiceBusyError, when somebody else has held a lock for too long.
   */
  async runAtOnce<T>(
    work: (queryRunner: QueryRunner) => Promise<SentLast<T>>,
    { lockWaitMsMax, deadline }: TransactionLimits,
  ): Promise<T> {
    const limits = { lockWaitMsMax, deadline: Math.min(deadline, Date.now() + TRANSACTION_MS_MAX) };
    try {
      return await retry(
        (attempt) => TRANSACTIONS.run(attempt, () => this.attempt(work, limits)),
        (error, attempt) => (Date.now() < limits.deadline ? retryDelayMs(error, attempt) : undefined),
      );
    } catch (error) {
      throw asServiceBusy(error);
    }
  }

  private async attempt<T>(
    work: (queryRunner: QueryRunner) => Promise<SentLast<T>>,
    { lockWaitMsMax, deadline }: TransactionLimits,
  ): Promise<T> {
    if (Date.now() >= deadline) throw new ServiceBusyError();
    const queryRunner = this.dataSource.createQueryRunner();
    const timer = setTimeout(() => void this.giveUp(queryRunner), deadline - Date.now());
    try {
      const client = (await queryRunner.connect()) as RobustClient;
      client.lockWaitMsMax = lockWaitMsMax;
      await queryRunner.startTransaction();
      return await commit(queryRunner, await work(queryRunner));
    } catch (error) {
      await rollBack(queryRunner);
      throw error;
    } finally {
      clearTimeout(timer);
      await queryRunner.release();
    }
  }

  /**
   * Whatever is under way fails then, at COMMIT with an unknown outcome. Idle connections of the same age are
   * closed as well: where one has fallen silent, as behind a firewall that has forgotten them, the others have, and
   * each would cost the next caller as much time.
   */
  private async giveUp(queryRunner: QueryRunner): Promise<void> {
    await hangUp(queryRunner);
    const pool = poolOf(this.dataSource);
    for (const client of pool ? idleClientsOf(pool) : []) client.hangUp();
  }
}

async function hangUp(queryRunner: QueryRunner): Promise<void> {
  const client = await clientOf(queryRunner);
  // Given back meanwhile, it may be somebody else's.
  if (!queryRunner.isReleased) client?.hangUp();
}

function clientOf(queryRunner: QueryRunner): Promise<RobustClient | undefined> {
  return (queryRunner.connect() as Promise<RobustClient>).catch(() => undefined);
}

/** An unknown outcome is worse than a failed statement, and that is more telling than the COMMIT that came to nothing. */
async function commit<T>(queryRunner: QueryRunner, { outcome, hasWritten }: SentLast<T>): Promise<T> {
  const [result, committed] = await Promise.allSettled([
    outcome,
    COMMITS.run(undefined, () => queryRunner.commitTransaction()),
  ]);
  const isUnknown = committed.status === 'rejected' && isOutcomeUnknown(committed.reason);
  if (isUnknown && hasWritten) throw new OutcomeUnknownError(committed.reason);
  if (result.status === 'rejected') throw result.reason;
  if (isUnknown) await rollBack(queryRunner);
  else if (committed.status === 'rejected') throw committed.reason;
  return result.value;
}

function retryDelayMs(error: unknown, attempt: number): number | undefined {
  const isWorthIt = isRetryable(error) || isConnectionLost(error);
  return attempt < ATTEMPTS_MAX && isWorthIt ? randomDelayMs() : undefined;
}

/** So that those who collided do not collide again. */
function randomDelayMs(): number {
  return Math.random() * RETRY_DELAY_MS_MAX;
}

/** Never throws, so that the first error stays the one that is seen. A connection that cannot roll back is closed. */
async function rollBack(queryRunner: QueryRunner): Promise<void> {
  try {
    if (queryRunner.isTransactionActive) await queryRunner.rollbackTransaction();
  } catch {
    await hangUp(queryRunner);
  }
}
