import { Injectable } from '@nestjs/common';
import { DatabaseReader } from '../database/database.reader.js';
import { timestamp } from '../database/json.js';
import { OrderResponseDto } from '../orders/order-response.dto.js';
import { ProductResponseDto } from '../products/product.dto.js';
import { type EventType, STATUS_AFTER } from './event-types.js';
import { EventSequencer, HAS_UNNUMBERED } from './event.sequencer.js';

/** JSON of the events of a page. The event that exceeds it is still included. */
export const PAGE_BYTES_MAX = 8 * 1024 * 1024;
/** Events of any type that one read examines. More than a single row can hold. */
const REACH = 10_000;

export interface FeedEvent {
  readonly id: number;
  readonly type: EventType;
  readonly occurred_at: string;
  readonly data: OrderResponseDto | ProductResponseDto;
}

/** `found` counts the events that were found, which may be more than fit into the page. */
interface FoundEvent extends FeedEvent {
  readonly found: number;
}

export interface FeedPage {
  readonly events: readonly FeedEvent[];
  /** Where to continue: everything up to it has been examined. */
  readonly nextAfter: number;
  readonly isAtHead: boolean;
  /** Whether there are more events, numbered or not. */
  readonly hasMore: boolean;
}

export interface FeedQuery {
  readonly after: number;
  readonly limit: number;
  readonly types?: readonly EventType[] | undefined;
}

interface LogState {
  /** The last number that this read examines. */
  readonly reached: number;
  readonly head: number;
  readonly hasUnnumbered: boolean;
}

/** SQL for the number of the last event. */
export const LOG_HEAD = '(SELECT max(last_id) FROM events)';

const STATE = `
  SELECT coalesce((SELECT max(last_id) FROM events WHERE last_id BETWEEN $1 AND $1 + ${REACH}),
                  $1) AS reached,
         ${LOG_HEAD} AS head, ${HAS_UNNUMBERED} AS "hasUnnumbered"`;

const STATUS = `CASE type ${Object.entries(STATUS_AFTER)
  .map(([type, status]) => `WHEN '${type}' THEN '${status}'`)
  .join(' ')} END`;

/** An order as it was then. Of what an event shows, only the status and its time ever change. */
const ORDER = `
  SELECT ${OrderResponseDto.json}
    FROM (SELECT order_then.*
            FROM orders AS order_now
           CROSS JOIN LATERAL json_populate_record(order_now, json_build_object(
                   'status', ${STATUS}, 'updated_at', event.occurred_at)) AS order_then
           WHERE order_now.id = event.resource_id) AS orders`;

/** Columns that did not exist at that time are null. */
const PRODUCT = `
  SELECT ${ProductResponseDto.json} FROM json_populate_record(NULL::products, event.product) AS products`;

/** A row with n events has the n numbers up to its `last_id`. */
const FOUND = `
  SELECT last_id - cardinality(resource_ids) + position AS id, type, occurred_at, resource_id, product
    FROM events CROSS JOIN LATERAL unnest(resource_ids) WITH ORDINALITY AS resource (resource_id, position)
   WHERE last_id > $1 AND last_id <= $2 AND last_id - cardinality(resource_ids) + position > $1
     AND ($3::text[] IS NULL OR type = ANY ($3))
   ORDER BY last_id, position LIMIT $4`;

const DATA = `SELECT CASE WHEN event.product IS NULL THEN (${ORDER}) ELSE (${PRODUCT}) END AS data OFFSET 0`;

const EVENTS = `
  SELECT id, type, ${timestamp('occurred_at')} AS occurred_at, data::json, found
    FROM (SELECT event.*, data, count(*) OVER () AS found,
                 sum(octet_length(data)) OVER (ORDER BY id) - octet_length(data) AS bytes_before
            FROM (${FOUND}) AS event CROSS JOIN LATERAL (${DATA}) AS resource) AS measured
   WHERE bytes_before < ${PAGE_BYTES_MAX}
   ORDER BY id`;

/** Reads the event log. An event with a number never changes, so all readers see the same. */
@Injectable()
export class EventFeed {
  constructor(
    private readonly database: DatabaseReader,
    private readonly sequencer: EventSequencer,
  ) {}

  /** Everything committed before the call is on this page, or after it if `hasMore` says so. */
  async read({ after, limit, types }: FeedQuery): Promise<FeedPage> {
    const { reached, head, hasUnnumbered } = await this.stateFrom(after, limit);
    const parameters = [after, reached, types ?? null, limit];
    const rows = reached > after ? await this.database.rows<FoundEvent>(EVENTS, parameters) : [];
    const events = rows.map(({ found: _, ...event }) => event);
    const last = rows.at(-1);
    const hasLeftOut = last && (last.found === limit || last.found > rows.length);
    const nextAfter = hasLeftOut ? last.id : reached;
    const isAtHead = nextAfter >= head;
    return { events, nextAfter, isAtHead, hasMore: !isAtHead || hasUnnumbered };
  }

  async head(): Promise<number> {
    return (await this.stateFrom(0, Infinity)).head;
  }

  /** When recording began. */
  async beganAt(): Promise<Date> {
    const text = 'SELECT occurred_at AS "beganAt" FROM events WHERE last_id = 0';
    const [row] = await this.database.rows<{ beganAt: Date }>(text, []);
    return (row as { beganAt: Date }).beganAt;
  }

  /** If the numbered events cannot fill the page, numbers the others first. */
  private async stateFrom(after: number, limit: number): Promise<LogState> {
    const state = await this.look(after);
    if (!state.hasUnnumbered || state.head - after >= limit) return state;
    await this.sequencer.number();
    return this.look(after);
  }

  private async look(after: number): Promise<LogState> {
    const [state] = await this.database.rows<LogState>(STATE, [after]);
    return state as LogState;
  }
}
