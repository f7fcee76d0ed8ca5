import { Injectable } from '@nestjs/common';
import { BoundedSemaphore } from '../common/bounded-semaphore.js';
import { DatabaseReader } from '../database/database.reader.js';
import { TransactionRunner } from '../database/transaction.runner.js';
import { EventFeed, type FeedPage, LOG_HEAD } from '../events/event.feed.js';
import type { EventType } from '../events/event-types.js';

/** How long a lease lasts without renewal. */
export const LEASE_MS = 5_000;
const SWITCHED_OFF_AFTER = `interval '3 days'`;
const PAGE = 100;
/** Statements of all workers that run at once; orders need the connections more. */
const STATEMENTS_MAX = 2;
const STATEMENT_MS_MAX = 3_000;

/** An endpoint that this process serves. */
export interface LeasedEndpoint {
  readonly id: number;
  readonly lease: string;
  readonly url: string;
  readonly types: EventType[] | null;
  readonly position: number;
  readonly attempts: number;
  /** Encrypted, as stored. */
  readonly secret: string;
  readonly previousSecret: string | null;
  readonly previousSecretUntil: Date | null;
}

/** For the metrics, over all endpoints. */
export interface EndpointsState {
  readonly working: number;
  readonly failing: number;
  /** After failures, not by an admin. */
  readonly switchedOff: number;
  /** Events that the slowest active endpoint is behind. */
  readonly lagEvents: number;
  /** The age of that endpoint's next event. */
  readonly lagSeconds: number;
}

export interface Failure {
  readonly reason: string;
  /** Failed attempts to deliver the event so far. */
  readonly attempts: number;
  readonly pauseMs: number;
  /** Whether the receiver asks never to be called again. */
  readonly isGone: boolean;
}

const NOW = 'statement_timestamp()';
const LEASED_UNTIL = `${NOW} + interval '${LEASE_MS} ms'`;

const STATE = `
  SELECT working::integer, failing::integer, "switchedOff"::integer,
         coalesce(${LOG_HEAD} - slowest, 0)::float8 AS "lagEvents",
         coalesce(extract(epoch FROM ${NOW} - (SELECT occurred_at FROM events WHERE last_id > slowest
                                               ORDER BY last_id LIMIT 1)), 0)::float8 AS "lagSeconds"
    FROM (SELECT count(*) FILTER (WHERE disabled_at IS NULL AND failing_since IS NULL) AS working,
                 count(*) FILTER (WHERE disabled_at IS NULL AND failing_since IS NOT NULL) AS failing,
                 count(*) FILTER (WHERE disabled_at IS NOT NULL AND failing_since IS NOT NULL)
                   AS "switchedOff",
                 min(position) FILTER (WHERE disabled_at IS NULL) AS slowest
            FROM webhook_endpoints) AS endpoints`;

const TAKE = `
  UPDATE webhook_endpoints SET lease = gen_random_uuid(), leased_until = ${LEASED_UNTIL}
   WHERE id IN (SELECT id FROM webhook_endpoints
                 WHERE disabled_at IS NULL AND position < ${LOG_HEAD} AND next_attempt_at <= ${NOW}
                   AND (leased_until IS NULL OR leased_until <= ${NOW})
                   FOR UPDATE SKIP LOCKED)
  RETURNING id, lease, url, types, position, attempts, secret, previous_secret AS "previousSecret",
            previous_secret_until AS "previousSecretUntil"`;

const RENEW = `
  UPDATE webhook_endpoints SET leased_until = ${LEASED_UNTIL}
   WHERE lease = ANY ($1::uuid[]) RETURNING lease`;

const ADVANCE = `
  UPDATE webhook_endpoints SET position = $3, attempts = 0, failing_since = NULL, last_error = NULL
   WHERE id = $1 AND lease = $2 RETURNING id`;

const FAIL = `
  UPDATE webhook_endpoints
     SET position = $3, attempts = $4, last_error = $5, next_attempt_at = ${NOW} + $6 * interval '1 ms',
         failing_since = CASE WHEN position = $3 THEN coalesce(failing_since, ${NOW}) ELSE ${NOW} END,
         disabled_at = CASE WHEN $7 OR (position = $3 AND failing_since <= ${NOW} - ${SWITCHED_OFF_AFTER})
                            THEN ${NOW} END
   WHERE id = $1 AND lease = $2 RETURNING id`;

/** An admin's change leaves `leased_until`, so that nobody takes the endpoint before its worker has ended. */
const GIVE_BACK = `
  UPDATE webhook_endpoints SET lease = NULL, leased_until = NULL
   WHERE id = $1 AND (lease = $2 OR lease IS NULL) RETURNING id`;

/**
 * Which process serves which endpoint, and its position. Every write needs the lease in the endpoint's row,
 * so a process that has lost it, or was suspended, cannot move the position.
 */
@Injectable()
export class EndpointLeases {
  private readonly turns = new BoundedSemaphore({
    slots: STATEMENTS_MAX,
    waitingMax: Infinity,
    waitMsMax: 2 * LEASE_MS,
  });

  constructor(
    private readonly database: DatabaseReader,
    private readonly transactions: TransactionRunner,
    private readonly feed: EventFeed,
  ) {}

  async state(): Promise<EndpointsState> {
    const [state] = await this.database.rows<EndpointsState>(STATE, []);
    return state as EndpointsState;
  }

  /** Takes all endpoints that have events due and that no process serves. */
  take(): Promise<LeasedEndpoint[]> {
    return this.write(TAKE, []);
  }

  /** @returns the leases that still hold. */
  async renew(leases: readonly string[]): Promise<Set<string>> {
    if (leases.length === 0) return new Set();
    const rows = await this.write<{ lease: string }>(RENEW, [leases]);
    return new Set(rows.map(({ lease }) => lease));
  }

  /** The events after a position that the endpoint wants. */
  read({ types }: LeasedEndpoint, after: number): Promise<FeedPage> {
    return this.turns.run(() => this.feed.read({ after, limit: PAGE, types: types ?? undefined }));
  }

  /** Records that everything up to a position is delivered. @returns whether the lease still holds. */
  async advance({ id, lease }: LeasedEndpoint, position: number): Promise<boolean> {
    const rows = await this.turns.run(() => this.write(ADVANCE, [id, lease, position]));
    return rows.length > 0;
  }

  /** Records that the first event after a position could not be delivered. */
  async fail({ id, lease }: LeasedEndpoint, position: number, failure: Failure): Promise<void> {
    const { attempts, reason, pauseMs, isGone } = failure;
    const values = [id, lease, position, attempts, reason, pauseMs, isGone];
    await this.turns.run(() => this.write(FAIL, values));
  }

  async giveBack({ id, lease }: LeasedEndpoint): Promise<void> {
    await this.turns.run(() => this.write(GIVE_BACK, [id, lease]));
  }

  /** As a SELECT, because TypeORM returns the rows of an UPDATE in another form. */
  private write<Row>(update: string, values: unknown[]): Promise<Row[]> {
    const statement = `WITH changed AS (${update}) SELECT * FROM changed`;
    return this.transactions.runPipelined((queryRunner) => {
      const outcome = queryRunner.query(statement, values) as Promise<Row[]>;
      return Promise.resolve({ outcome, hasWritten: true });
    }, Date.now() + STATEMENT_MS_MAX);
  }
}
