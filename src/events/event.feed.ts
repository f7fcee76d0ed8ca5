import { Injectable } from '@nestjs/common';
import { DatabaseReader } from '../database/database.reader.js';
import { timestamp } from '../database/json.js';
import { OrderResponseDto } from '../orders/order-response.dto.js';
import { ProductResponseDto } from '../products/product.dto.js';
import { type EventType, STATUS_AFTER } from './event-types.js';
import { EventSequencer, HAS_UNNUMBERED } from './event.sequencer.js';

/** Of JSON, for the events of a page; the one that passes it is still there. */
export const PAGE_BYTES_MAX = 8 * 1024 * 1024;
/** Events that one look goes over at most, of whatever types. More than one row may have. */
const REACH = 10_000;

/** One event, as clients see it. */
export interface FeedEvent {
  readonly id: number;
  readonly type: EventType;
  readonly occurred_at: string;
  readonly data: OrderResponseDto | ProductResponseDto;
}

/** With the number of events that were found, of which a page may not hold all. */
interface FoundEvent extends FeedEvent {
  readonly found: number;
}

/** Some events in order, with what is known of the rest. */
export interface FeedPage {
  readonly events: readonly FeedEvent[];
  /** Where to go on: everything up to it has been looked at. */
  readonly nextAfter: number;
  readonly isAtHead: boolean;
  /** Whether there is more behind, or will be once it has got its numbers. */
  readonly hasMore: boolean;
}

/** What to look for: events behind a number, of some types or of all. */
export interface FeedQuery {
  readonly after: number;
  readonly limit: number;
  readonly types?: readonly EventType[] | undefined;
}

interface LogState {
  /** The number up to which this look goes. */
  readonly reached: number;
  readonly head: number;
  readonly hasUnnumbered: boolean;
}

const HEAD = '(SELECT max(last_id) FROM events)';

const STATE = `
  SELECT coalesce((SELECT max(last_id) FROM events WHERE last_id BETWEEN $1 AND $1 + ${REACH}),
                  $1) AS reached,
         ${HEAD} AS head, ${HAS_UNNUMBERED} AS "hasUnnumbered"`;

const STATUS = `CASE type ${Object.entries(STATUS_AFTER)
  .map(([type, status]) => `WHEN '${type}' THEN '${status}'`)
  .join(' ')} END`;

/** An order as it was: all of it that an event shows never changes, but for the status and its time. */
const ORDER = `
  SELECT ${OrderResponseDto.json}
    FROM (SELECT order_then.*
            FROM orders AS order_now
           CROSS JOIN LATERAL json_populate_record(order_now, json_build_object(
                   'status', ${STATUS}, 'updated_at', event.occurred_at)) AS order_then
           WHERE order_now.id = event.resource_id) AS orders`;

/** A column that there was not at that time is null. */
const PRODUCT = `
  SELECT ${ProductResponseDto.json} FROM json_populate_record(NULL::products, event.product) AS products`;

/** The events of a row have the numbers up to its `last_id`. */
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

/** Reads the log of what happened. What has a number never changes, so that all readers see the same. */
@Injectable()
export class EventFeed {
  constructor(
    private readonly database: DatabaseReader,
    private readonly sequencer: EventSequencer,
  ) {}

  /** Whatever was committed before is on this page or, where `hasMore` says so, behind it. */
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

  /** The number of the last event. */
  async head(): Promise<number> {
    return (await this.stateFrom(0, Infinity)).head;
  }

  /** When the first event could have been recorded. */
  async beganAt(): Promise<Date> {
    const text = 'SELECT occurred_at AS "beganAt" FROM events WHERE last_id = 0';
    const [row] = await this.database.rows<{ beganAt: Date }>(text, []);
    return (row as { beganAt: Date }).beganAt;
  }

  /** Where what has numbers would not fill the page, what has none gets them first. */
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
