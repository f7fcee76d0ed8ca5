import { PAGE_LIMIT_MAX } from './page-query.dto.js';

/** Rows are counted only up to this many; beyond it, `total` means "at least". */
export const TOTAL_EXACT_MAX = 1_000;
/** Numbered pages reach this many rows; only a cursor goes further. */
export const PAGES_REACH = 10_000;
/** The reach of the first pages: few enough rows for a fast plan. */
export const NEAR_REACH = 2 * PAGE_LIMIT_MAX;
/** With a filter that no index serves, a page and the count search this many rows. */
export const FILTERED_MAX = 500;

/** The SQL condition of each filter, by its name; the argument is the placeholder of its value, as text. */
export type Conditions = Readonly<Record<string, (value: string) => string>>;

/** A list as the database walks it: along one index, in a total order. */
export interface List {
  /** A cursor is valid only for the list of this name with the same filters. */
  readonly name: string;
  readonly table: string;
  /** The columns that define the order: the id, or the time and then the id. */
  readonly id: string;
  readonly time?: string;
  readonly direction: 'ASC' | 'DESC';
  /** Holds for every row of the list. */
  readonly where?: string;
  /** Filters on columns of the index. */
  readonly indexed?: Conditions;
  /** Filters on `key.id`, which the index does not hold. */
  readonly unindexed?: Conditions;
  /** Selects the `json` of the row with the id `key.id`. */
  readonly row: string;
}

/** Where a page begins: after few rows, after many, or after the position of a cursor. */
export type Place = 'near' | 'far' | 'after';

export interface ListPart {
  readonly total: number;
  readonly totalIsExact: boolean;
  /** Rows found, up to one more than the limit. */
  readonly found: number;
  /** The JSON of those within the limit; null for none. */
  readonly items: string | null;
  /** The last row within the limit; null if there are fewer. */
  readonly lastTime: Date | null;
  readonly lastId: number | null;
  /** With an unindexed filter: the last row searched, if the search stopped before the end of the list. */
  readonly filteredToTime?: Date | null;
  readonly filteredToId?: number | null;
}

/** Replaces the count of a list that is known to be longer. */
const UNCOUNTED = `SELECT ${TOTAL_EXACT_MAX} AS total, false AS "totalIsExact"`;

/** Cached, because writing a statement takes longer than sending it. */
const texts = new Map<string, string>();

/**
 * One statement for a page of a list and, if `counts`, the size of the whole list. Its parameters are the
 * values of `filters` in their order, the limit, and the offset, or the id and time of the position.
 */
export function listStatement(list: List, filters: readonly string[], place: Place, counts: boolean): string {
  const key = `${list.name} ${place} ${counts} ${filters.join(' ')}`;
  let text = texts.get(key);
  if (text === undefined) texts.set(key, (text = writeStatement(list, filters, place, counts)));
  return text;
}

/**
 * Finds the ids first, then reads each row by its id. The reaches are literals in the text, so that
 * PostgreSQL plans for a short walk. Every walk is ordered, so that it uses the index. PostgreSQL cannot turn
 * the filter or the rows into a join.
 */
function writeStatement(list: List, filters: readonly string[], place: Place, counts: boolean): string {
  const where = [list.where, ...conditionsOf(list.indexed, filters)];
  const passes = conditionsOf(list.unindexed, filters).join(' AND ');
  const limit = `$${filters.length + 1}::integer`;
  const [last, lastTime] = [`$${filters.length + 2}::bigint`, `$${filters.length + 3}::timestamptz`];
  const [from, reach] =
    place === 'after'
      ? [[...where, isBehind(list, last, lastTime)], PAGE_LIMIT_MAX + 1]
      : [where, (place === 'near' ? NEAR_REACH : PAGES_REACH + PAGE_LIMIT_MAX) + 1];
  const window = walk(list, from, passes ? FILTERED_MAX : reach);
  return `
    SELECT counted.*, ${passes ? 'filtered.*,' : ''} page.*
      FROM (${counts ? countOf(list, where, passes) : UNCOUNTED}) AS counted
      ${passes ? `LEFT JOIN (${lastOf(window)}) AS filtered ON true` : ''}
     CROSS JOIN (
       SELECT count(*)::integer AS found, array_to_string((array_agg(json))[:${limit}], ',') AS items,
              (array_agg(time))[${limit}] AS "lastTime", (array_agg(id))[${limit}] AS "lastId"
         FROM (SELECT key.id, key.time, item.json
                 FROM (SELECT * FROM (${window}) AS key ${passes && `WHERE ${passes}`}
                        ORDER BY ${orderOf(list, 'time', 'id')} LIMIT ${limit} + 1
                        ${place !== 'after' ? `OFFSET ${last}` : ''}) AS key
                CROSS JOIN LATERAL (${list.row} LIMIT 1) AS item
                ORDER BY ${orderOf(list, 'key.time', 'key.id')}) AS row
     ) AS page`;
}

function conditionsOf(conditions: Conditions = {}, filters: readonly string[]): string[] {
  return filters.flatMap((name, index) => conditions[name]?.(`$${index + 1}`) ?? []);
}

/** The keys of the first rows of the list, in its order. */
function walk(
  list: List,
  where: readonly (string | undefined)[],
  limit: number,
  keys = keysOf(list),
): string {
  const conditions = where.filter((condition) => condition !== undefined).join(' AND ');
  return `SELECT ${keys} FROM ${list.table} ${conditions && `WHERE ${conditions}`}
           ORDER BY ${orderOf(list, list.time, list.id)} LIMIT ${limit}`;
}

function keysOf({ id, time = 'NULL::timestamptz' }: List): string {
  return `${id} AS id, ${time} AS time`;
}

function countOf(list: List, where: readonly (string | undefined)[], passes: string): string {
  const max = passes ? FILTERED_MAX : TOTAL_EXACT_MAX;
  // Selecting keys that are not used would take a fifth of the time.
  const keys = passes ? keysOf(list) : '';
  return `SELECT least(count(*) ${passes && `FILTER (WHERE ${passes})`}, ${max})::integer AS total,
                 count(*) <= ${max} AS "totalIsExact"
            FROM (${walk(list, where, max + 1, keys)}) AS key`;
}

/** The last key of a full window: the list may continue after it. */
function lastOf(window: string): string {
  return (
    `SELECT time AS "filteredToTime", id AS "filteredToId" FROM (${window}) AS key OFFSET ` +
    `${FILTERED_MAX - 1}`
  );
}

function orderOf({ time, direction }: List, timeColumn: string | undefined, idColumn: string): string {
  const byId = `${idColumn} ${direction}`;
  return time === undefined ? byId : `${timeColumn} ${direction}, ${byId}`;
}

function isBehind({ id, time, direction }: List, lastId: string, lastTime: string): string {
  const comparison = direction === 'ASC' ? '>' : '<';
  return time === undefined
    ? `${id} ${comparison} ${lastId}`
    : `(${time}, ${id}) ${comparison} (${lastTime}, ${lastId})`;
}
