import { Injectable } from '@nestjs/common';
import type { QueryRunner } from 'typeorm';
import { DomainError } from '../common/domain-error.js';
import { BackgroundTasks } from '../database/background.tasks.js';
import type { Resource } from '../database/json.js';
import { OutcomeUnknownError, TransactionRunner } from '../database/transaction.runner.js';
import type { Preconditions } from '../http/preconditions.js';

/** How long a key is kept. */
const KEPT_DAYS = 7;
const SWEEP_EVERY_MS = 60_000;
const SWEPT_AT_ONCE = 1_000;

/** What a client sends with a write, beside the body. */
export interface WriteRequest {
  /** Checked by the effect, so that a retry is not refused because of its own effect. */
  readonly preconditions: Preconditions;
  /** The client's `Idempotency-Key`, if any. */
  readonly key: string | undefined;
  /** Tells whether another request under the same key is a retry. */
  readonly hash: Buffer;
}

export interface Written {
  readonly resource: Resource;
  /** Whether an earlier request with the same key has done the write. */
  readonly isReplayed: boolean;
}

export interface Write {
  /** @returns the id of the written resource. */
  readonly effect: (queryRunner: QueryRunner) => Promise<number>;
  readonly read: (queryRunner: QueryRunner, id: number) => Promise<Resource>;
}

/**
 * The INSERT waits for the end of another transaction that inserts the same key, as for a locked row. Keys of
 * placed orders are in `orders`.
 */
const CLAIM = `
  INSERT INTO write_keys (user_id, key, request_hash)
  SELECT $1::bigint, $2::varchar, $3::bytea
   WHERE NOT EXISTS (SELECT FROM orders WHERE customer_id = $1 AND placement_key = $2)
      ON CONFLICT ON CONSTRAINT pk_write_keys DO NOTHING
  RETURNING true`;

const FIND = `
  SELECT resource_id AS "resourceId", request_hash AS hash
    FROM write_keys WHERE user_id = $1 AND key = $2`;

const COMPLETE = 'UPDATE write_keys SET resource_id = $3 WHERE user_id = $1 AND key = $2';

const SWEEP = `
  WITH swept AS (
    DELETE FROM write_keys WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM write_keys WHERE created_at < now() - interval '${KEPT_DAYS} days'
       ORDER BY created_at LIMIT ${SWEPT_AT_ONCE} FOR UPDATE SKIP LOCKED))
    RETURNING 1)
  SELECT count(*)::integer AS count FROM swept`;

/** Runs each write once, however often it is sent with its `Idempotency-Key`. */
@Injectable()
export class IdempotentWrites {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly tasks: BackgroundTasks,
  ) {
    tasks.repeat({ name: IdempotentWrites.name, everyMs: SWEEP_EVERY_MS, run: () => this.sweep() });
  }

  /**
   * Commits the key together with the effect. If the key was committed before, returns the resource as it is
   * now. If the outcome of COMMIT is unknown, the key tells on another connection.
   * @throws DomainError `idempotency-key-reused`, ServiceBusyError, and what `effect` throws; the key is not
   *   stored then.
   */
  async run(userId: number, request: WriteRequest, write: Write): Promise<Written> {
    const once = () => this.transactions.run((queryRunner) => runOnce(queryRunner, userId, request, write));
    try {
      return await once();
    } catch (error) {
      if (!(error instanceof OutcomeUnknownError) || request.key === undefined) throw error;
      return once();
    }
  }

  /** Deletes expired keys in small batches, without waiting for locks. */
  async sweep(): Promise<void> {
    const sweepOnce = async (queryRunner: QueryRunner) =>
      ((await queryRunner.query(SWEEP)) as [{ count: number }])[0].count;
    let swept: number;
    do swept = await this.transactions.run(sweepOnce);
    while (swept === SWEPT_AT_ONCE && !this.tasks.stopping.aborted);
  }
}

async function runOnce(
  queryRunner: QueryRunner,
  userId: number,
  { key, hash }: WriteRequest,
  { effect, read }: Write,
): Promise<Written> {
  const earlier = key === undefined ? undefined : await claim(queryRunner, userId, key, hash);
  const id = earlier ?? (await effect(queryRunner));
  if (key !== undefined && earlier === undefined) await queryRunner.query(COMPLETE, [userId, key, id]);
  return { resource: await read(queryRunner, id), isReplayed: earlier !== undefined };
}

/** @returns the id of what was written under the key before; undefined if the key is new, and now claimed. */
async function claim(
  queryRunner: QueryRunner,
  userId: number,
  key: string,
  hash: Buffer,
): Promise<number | undefined> {
  const claimed = (await queryRunner.query(CLAIM, [userId, key, hash])) as unknown[];
  if (claimed.length > 0) return undefined;
  const [earlier] = (await queryRunner.query(FIND, [userId, key])) as { resourceId: number; hash: Buffer }[];
  if (!earlier?.hash.equals(hash)) throw new DomainError('idempotency-key-reused');
  return earlier.resourceId;
}
