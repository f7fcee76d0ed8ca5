import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type QueryRunner } from 'typeorm';
import { BoundedSemaphore } from '../common/bounded-semaphore.js';
import { ServiceBusyError } from '../common/domain-error.js';
import { Observed } from '../common/observation.js';
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
/** For all attempts together. Then the connection of the last one is closed. */
const TRANSACTION_MS_MAX = 3_000;
/** From a write's arrival: how long it is retried while a row is locked elsewhere. */
const LOCK_PATIENCE_MS = 2_000;
/** From a write's arrival to its end. */
const WRITE_MS_MAX = SLOT_WAIT_MS_MAX + TRANSACTION_MS_MAX;
/**
 * Placing orders opens an extra slot while one hangs, and waits for locked products on another connection.
 */
const FURTHER_PLACEMENT_CONNECTIONS = 2;

/** Attempts at a transaction, by number from 1. */
export const TRANSACTIONS = new Observed<number>();

/** From sending COMMIT to its answer. */
export const COMMITS = new Observed<void>();

/** Work that has sent its last statement. COMMIT is sent right behind it. */
export interface SentLast<T> {
  /** The result, once that statement has been answered. */
  readonly outcome: Promise<T>;
  /** If nothing was written, the outcome holds whether COMMIT succeeds or not. */
  readonly hasWritten: boolean;
}

/** The transaction may or may not have been committed. */
export class OutcomeUnknownError extends ServiceBusyError {
  constructor(cause: unknown) {
    super(
      { cause },
      'The connection to the database was lost during the commit. With an Idempotency-Key, send the same ' +
        'request again. Without one, check whether the change was stored before you retry.',
    );
  }
}

/** Why `work` runs again. */
type FirstFailure = LockTimeoutError | OutcomeUnknownError;

type Work<T> = (queryRunner: QueryRunner) => Promise<SentLast<T>>;

/**
 * The one lifecycle of every write. When `run` returns, the effects of `work` are committed. When it throws,
 * they are not, except after OutcomeUnknownError, when the caller may look for them. It throws the first
 * error.
 */
@Injectable()
export class TransactionRunner {
  private readonly slots: BoundedSemaphore;

  /**
   * Placing orders has connections of its own. Other writes may use half of the rest, but at least one.
   */
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(Env) env: Env,
  ) {
    const shared = env.DATABASE_POOL_SIZE - env.PLACEMENT_LANES - FURTHER_PLACEMENT_CONNECTIONS;
    const slots = Math.max(1, Math.floor(shared / 2));
    this.slots = new BoundedSemaphore({ slots, waitingMax: WAITING_WRITES_MAX, waitMsMax: SLOT_WAIT_MS_MAX });
  }

  /**
   * Runs `work` in a READ COMMITTED transaction, and again after a deadlock or a lost connection, so it must
   * have no effect outside the database. If a row is locked elsewhere, the attempt frees its slot after 100
   * ms and is retried for up to 2 s, so blocked writes never starve others.
   * @throws ServiceBusyError within 7 s, usually 4; its subclass OutcomeUnknownError if COMMIT was not
   *   answered.
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
   * Runs `work` without waiting for a slot, so callers must bound their transactions themselves. COMMIT is
   * sent right behind the last statement, which must fail by itself if the transaction must not be committed.
   * If a row is locked elsewhere, or COMMIT was not answered, `work` runs once more and is given the failure:
   * it can skip that row, or look for what it may have written.
   * @param deadline as `Date.now()`. Each transaction ends within 3 s; a new connection may add 2 s.
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

  /** If one connection has fallen silent, for example behind a firewall, idle ones probably have, too. */
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
  const client = await (queryRunner.connect() as Promise<RobustClient>).catch(() => undefined);
  // A released connection may already serve somebody else.
  if (!queryRunner.isReleased) client?.hangUp();
}

/** Of several errors, an unknown outcome is thrown first, then a failed statement, then a failed COMMIT. */
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

/** Random, so that transactions that collided do not collide again. */
function randomDelayMs(): number {
  return Math.random() * RETRY_DELAY_MS_MAX;
}

/** Never throws, so that it cannot hide the first error. */
async function rollBack(queryRunner: QueryRunner): Promise<void> {
  try {
    if (queryRunner.isTransactionActive) await queryRunner.rollbackTransaction();
  } catch {
    await hangUp(queryRunner);
  }
}
