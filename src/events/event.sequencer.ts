import { Injectable } from '@nestjs/common';
import type { QueryRunner } from 'typeorm';
import { Observed } from '../common/observation.js';
import { ADVISORY_LOCKS } from '../database/advisory-locks.js';
import { BackgroundTasks } from '../database/background.tasks.js';
import { DatabaseReader } from '../database/database.reader.js';
import { type SentLast, TransactionRunner } from '../database/transaction.runner.js';

const BATCH_ROWS_MAX = 1_000;
/** How many batches one reader waits for. */
const BATCHES_MAX = 10;
const BATCH_MS_MAX = 3_000;
/** While nobody reads, so that the next reader finds most events numbered. */
const LOOK_EVERY_MS = 5_000;

export interface NumberedBatch {
  readonly rows: number;
  readonly events: number;
  /** The age of the oldest change in the batch. */
  readonly lagSeconds: number;
}

const NONE: NumberedBatch = { rows: 0, events: 0, lagSeconds: 0 };

/** Transactions that number events. */
export const NUMBERINGS = new Observed<void, NumberedBatch>();

/** SQL for whether there are events without a number. ORDER BY makes PostgreSQL use the small index. */
export const HAS_UNNUMBERED = `
  (SELECT sequence FROM events WHERE last_id IS NULL ORDER BY sequence LIMIT 1) IS NOT NULL`;

const TRY_LOCK = `SELECT pg_try_advisory_xact_lock(${ADVISORY_LOCKS.eventSequencer}) AS "isOurs"`;

/** The condition on the array repeats the join, so that the table is never scanned. */
const NUMBER_BATCH = `
  WITH pending AS (
    SELECT sequence, sum(cardinality(resource_ids)) OVER (ORDER BY sequence) AS position
      FROM (SELECT sequence, resource_ids FROM events
             WHERE last_id IS NULL ORDER BY sequence LIMIT ${BATCH_ROWS_MAX}) AS first
  ), numbered AS (
    UPDATE events SET last_id = (SELECT max(last_id) FROM events) + pending.position
      FROM pending
     WHERE events.sequence = pending.sequence AND events.sequence = ANY (ARRAY (SELECT sequence FROM pending))
    RETURNING cardinality(resource_ids) AS count, occurred_at
  )
  SELECT count(*)::integer AS rows, coalesce(sum(count), 0)::float8 AS events,
         coalesce(extract(epoch FROM clock_timestamp() - min(occurred_at)), 0)::float8 AS "lagSeconds"
    FROM numbered`;

/**
 * Numbers events, without gaps, once they are visible. Writers cannot draw these numbers: a lower one could
 * become visible after a higher one, and a reader that keeps the highest would miss it. Writers never wait
 * for the numbering; one process at a time does it.
 */
@Injectable()
export class EventSequencer {
  private running: Promise<void> | undefined;

  constructor(
    private readonly database: DatabaseReader,
    private readonly transactions: TransactionRunner,
    private readonly tasks: BackgroundTasks,
  ) {
    tasks.repeat({ name: EventSequencer.name, everyMs: LOOK_EVERY_MS, run: () => this.numberIfBehind() });
  }

  /** Numbers what is visible, oldest first, up to a limit. Does nothing while another process does it. */
  number(): Promise<void> {
    this.running ??= this.numberBatches().finally(() => (this.running = undefined));
    return this.running;
  }

  private async numberBatches(): Promise<void> {
    for (let count = 0; count < BATCHES_MAX && !this.tasks.stopping.aborted; count += 1) {
      const { rows } = await NUMBERINGS.run(undefined, () => this.numberBatch());
      if (rows < BATCH_ROWS_MAX) return;
    }
  }

  /** Takes the lock in a statement of its own, so that the next one sees what the last holder numbered. */
  private numberBatch(): Promise<NumberedBatch> {
    return this.transactions.runPipelined(async (queryRunner): Promise<SentLast<NumberedBatch>> => {
      const [{ isOurs }] = (await queryRunner.query(TRY_LOCK)) as [{ isOurs: boolean }];
      const outcome = isOurs ? this.send(queryRunner) : Promise.resolve(NONE);
      return { outcome, hasWritten: isOurs };
    }, Date.now() + BATCH_MS_MAX);
  }

  private async send(queryRunner: QueryRunner): Promise<NumberedBatch> {
    const [batch] = (await queryRunner.query(NUMBER_BATCH)) as [NumberedBatch];
    return batch;
  }

  private async numberIfBehind(): Promise<void> {
    const [row] = await this.database.rows<{ isBehind: boolean }>(
      `SELECT ${HAS_UNNUMBERED} AS "isBehind"`,
      [],
    );
    if (row?.isBehind) await this.number();
  }
}
