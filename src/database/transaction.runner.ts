import { Inject, Injectable } from '@nestjs/common';
import { Observed } from '../common/observation.js';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type QueryRunner } from 'typeorm';
import { BoundedSemaphore } from '../common/bounded-semaphore.js';
import { ServiceBusyError } from '../common/domain-error.js';
import { delay, retry } from '../common/retry.js';
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
/** For all attempts together; then the connection of the last one is closed. */
const TRANSACTION_MS_MAX = 3_000;
/** For rows that others have locked, from its arrival and in short waits. */
const LOCK_PATIENCE_MS = 2_000;
/** From its arrival on, with all waiting. */
const WRITE_MS_MAX = SLOT_WAIT_MS_MAX + TRANSACTION_MS_MAX;
/**
 * Placing orders opens one more slot while one hangs, and waits for held products on a connection of its own.
 */
const FURTHER_PLACEMENT_CONNECTIONS = 2;

/** An attempt at a transaction, the first one being number 1. */
export const TRANSACTIONS = new Observed<number>();

/** From sending COMMIT to its answer. */
export const COMMITS = new Observed<void>();

/** Work that has sent its last statement; COMMIT travels right behind it. */
export interface SentLast<T> {
  /** The result of the work, once that statement has been answered. */
  readonly outcome: Promise<T>;
  /** Where nothing was written the outcome is true whatever becomes of COMMIT. */
  readonly hasWritten: boolean;
}

/** The transaction may have been committed, or not. */
export class OutcomeUnknownError extends ServiceBusyError {
  constructor(cause: unknown) {
    super(
      { cause },
      'The database was lost while the change was being stored. With an Idempotency-Key, send the same ' +
        'again; without, look whether it was stored before you try again.',
    );
  }
}

/** Why the work is run a second time. */
export type FirstFailure = LockTimeoutError | OutcomeUnknownError;

type Work<T> = (queryRunner: QueryRunner) => Promise<SentLast<T>>;

/**
 * The one lifecycle of every write. What `work` did is committed exactly when
 * `run` returns; when it throws, nothing is, except after OutcomeUnknownError,
 * where a caller can look for what it wrote. The first error is the one thrown.
 */
@Injectable()
export class TransactionRunner {
  private readonly slots: BoundedSemaphore;

  /** Placing orders has connections of its own; writes take half of the others, and reads the rest. */
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(Env) env: Env,
  ) {
    const shared = env.DATABASE_POOL_SIZE - env.PLACEMENT_LANES - FURTHER_PLACEMENT_CONNECTIONS;
    const slots = Math.max(1, Math.floor(shared / 2));
    this.slots = new BoundedSemaphore({ slots, waitingMax: WAITING_WRITES_MAX, waitMsMax: SLOT_WAIT_MS_MAX });
  }

  /**
   * Runs `work` in one READ COMMITTED transaction, and again after a deadlock or a lost connection, so it
   * must have no effect outside the database. If a row is locked elsewhere, the attempt frees its slot after
   * 100 ms and is retried for up to 2 s, so blocked writes never starve others.
   * @throws ServiceBusyError within 7 s, usually 4; OutcomeUnknownError, which is one, when COMMIT was lost.
   */
  async run<T>(work: (queryRunner: QueryRunner) => Promise<T>): Promise<T> {
    const arrivedAt = Date.now();
    const awaited = async (queryRunner: QueryRunner) => {
      const result = await work(queryRunner);
      return { outcome: Promise.resolve(result), hasWritten: true };
    };
    const takeTurn = () => this.slots.run(() => this.runOnce(awaited, endBefore(arrivedAt + WRITE_MS_MAX)));
    return retry(takeTurn, (error) => {
      const mayWait = error instanceof LockTimeoutError && Date.now() < arrivedAt + LOCK_PATIENCE_MS;
      return mayWait ? randomDelayMs() : undefined;
    });
  }

  /**
   * Runs `work` without waiting for a slot, for callers who bound how much they have under way, and sends
   * COMMIT without waiting for its last statement, which must fail by itself where the transaction must not
   * be committed. If a row is locked elsewhere, or the answer to COMMIT is lost, `work` is run once more and
   * told so: then it can do without that row, or look for what it may have written.
   * @param deadline by the clock of `Date.now()`; each
   *   transaction ends within 3 s, or the 2 s more that a new
   *   connection may take.
   * @throws ServiceBusyError as `run` does.
   */
  async runPipelined<T>(
    work: (queryRunner: QueryRunner, failure?: FirstFailure) => Promise<SentLast<T>>,
    deadline: number,
    failure?: FirstFailure,
  ): Promise<T> {
    try {
      return await this.runOnce((queryRunner) => work(queryRunner, failure), endBefore(deadline));
    } catch (error) {
      if (failure instanceof OutcomeUnknownError) throw failure;
      const isLockTimeout = error instanceof LockTimeoutError && failure === undefined;
      if (!isLockTimeout && !(error instanceof OutcomeUnknownError)) throw error;
      return this.runPipelined(work, deadline, error);
    }
  }

  private async runOnce<T>(work: Work<T>, endsAt: number, attempt = 1): Promise<T> {
    try {
      return await TRANSACTIONS.run(attempt, () => this.attempt(work, endsAt));
    } catch (error) {
      const mayPass = isRetryable(error) || isConnectionLost(error);
      if (!mayPass || attempt >= ATTEMPTS_MAX || Date.now() >= endsAt) throw asServiceBusy(error);
    }
    await delay(randomDelayMs());
    return this.runOnce(work, endsAt, attempt + 1);
  }

  private async attempt<T>(work: Work<T>, endsAt: number): Promise<T> {
    if (Date.now() >= endsAt) throw new ServiceBusyError();
    const queryRunner = this.dataSource.createQueryRunner();
    const timer = setTimeout(() => void this.giveUp(queryRunner), endsAt - Date.now());
    try {
      await queryRunner.connect();
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

  /** Where one connection has fallen silent, as behind a firewall, idle ones of the same age have as well. */
  private async giveUp(queryRunner: QueryRunner): Promise<void> {
    await hangUp(queryRunner);
    const pool = poolOf(this.dataSource);
    for (const client of pool ? idleClientsOf(pool) : []) client.hangUp();
  }
}

function endBefore(deadline: number): number {
  return Math.min(deadline, Date.now() + TRANSACTION_MS_MAX);
}

async function hangUp(queryRunner: QueryRunner): Promise<void> {
  const client = await clientOf(queryRunner);
  // Once given back, it may be somebody else's.
  if (!queryRunner.isReleased) client?.hangUp();
}

function clientOf(queryRunner: QueryRunner): Promise<RobustClient | undefined> {
  return (queryRunner.connect() as Promise<RobustClient>).catch(() => undefined);
}

/** An unknown outcome comes first, then the failed statement, then the COMMIT that came to nothing. */
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

/** So that those who collided do not collide again. */
function randomDelayMs(): number {
  return Math.random() * RETRY_DELAY_MS_MAX;
}

/** Never throws, so that the first error is the one that is seen. */
async function rollBack(queryRunner: QueryRunner): Promise<void> {
  try {
    if (queryRunner.isTransactionActive) await queryRunner.rollbackTransaction();
  } catch {
    await hangUp(queryRunner);
  }
}
