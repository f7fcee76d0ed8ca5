import type { Parameters } from './parameters.js';
import { PAGE_LIMIT_MAX } from './page-query.dto.js';

/** Rows are counted up to this many; beyond it `total` means "at least" and costs no more. */
export const TOTAL_EXACT_MAX = 1_000;
/** Rows that numbered pages reach; beyond them, a cursor goes on. */
export const PAGES_REACH = 10_000;
/** Rows that one page, and the count, look through for those that pass the filter of a list. */
export const FILTERED_MAX = 500;

/** Lists are in order of the id, or of the time and then the id. */
export interface Position {
  readonly time: Date;
  readonly id: number;
}

/** A list as the database walks it: along one index, in a total order. */
export interface List {
  /** Names the list and its filters: a cursor is good for the same ones only. */
  readonly name: string;
  readonly table: string;
  /** The columns of the order. */
  readonly id: string;
  readonly time?: string;
  readonly direction: 'ASC' | 'DESC';
  readonly parameters: Parameters;
  /** Conditions on columns of the index, their values bound in `parameters`. */
  readonly where: readonly string[];
  /** A condition on `key.id` that the index does not hold. */
  readonly filter?: string;
  /** Reads the row with the id `key.id`. */
  readonly row: string;
}

/** Which rows of a list to read: those behind a position, or behind so many others. */
export type Part = { readonly limit: number } & ({ readonly after: Position } | { readonly offset: number });

/** Stands beside the columns of every row; a part without rows is one row with an `id` of null. */
export interface ListState {
  readonly total: number;
  readonly totalIsExact: boolean;
  /** With a filter: where looking through rows has ended before the end of the list, if it has. */
  readonly filteredToTime?: Date | null;
  readonly filteredToId?: number | null;
}

/**
 * One statement for a part of a list and the count of the whole: ids first, then each row by its id. The limits are
 * constants of the text, so that PostgreSQL plans for short walks, and every walk says its order, so that it takes
 * the index. Neither the filter nor the rows can be turned into a join.
 */
export function listStatement(list: List, part: Part): string {
  const { parameters, row } = list;
  const [where, reach] =
    'after' in part
      ? [[...list.where, isBehind(list, part.after)], PAGE_LIMIT_MAX + 1]
      : [list.where, PAGES_REACH + PAGE_LIMIT_MAX + 1];
  const window = walk(list, where, list.filter ? FILTERED_MAX : reach);
  const offset = 'offset' in part ? `OFFSET ${parameters.bind(part.offset)}::bigint` : '';
  const passes = list.filter ? `WHERE ${list.filter}` : '';
  const filtered = list.filter ? `LEFT JOIN (${lastOf(window)}) AS filtered ON true` : '';
  const filteredTo = list.filter ? 'filtered.time AS "filteredToTime", filtered.id AS "filteredToId",' : '';
  return `
    SELECT counted.*, ${filteredTo} item.*
      FROM (${countOf(list)}) AS counted ${filtered}
      LEFT JOIN (
        SELECT * FROM (${window}) AS key ${passes}
         ORDER BY ${orderOf(list, 'time', 'id')} LIMIT ${parameters.bind(part.limit)} ${offset}
      ) AS key ON true
      LEFT JOIN LATERAL (${row} LIMIT 1) AS item ON true
     ORDER BY ${orderOf(list, 'key.time', 'key.id')}`;
}

/** The keys of the first rows of the list, in its order. */
function walk(list: List, where: readonly string[], limit: number): string {
  const { table, id, time = 'NULL::timestamptz' } = list;
  const conditions = where.length > 0 ? `WHERE ${where.join(' AND ')}` : '';
  return `SELECT ${id} AS id, ${time} AS time FROM ${table} ${conditions}
           ORDER BY ${orderOf(list, list.time, id)} LIMIT ${limit}`;
}

function countOf(list: List): string {
  const passes = list.filter ? `FILTER (WHERE ${list.filter})` : '';
  const max = list.filter ? FILTERED_MAX : TOTAL_EXACT_MAX;
  return `SELECT least(count(*) ${passes}, ${max})::integer AS total, count(*) <= ${max} AS "totalIsExact"
            FROM (${walk(list, list.where, max + 1)}) AS key`;
}

/** The last key of a window that is full: the list may go on behind it. */
function lastOf(window: string): string {
  return `SELECT time, id FROM (${window}) AS key OFFSET ${FILTERED_MAX - 1}`;
}

function orderOf({ time, direction }: List, timeColumn: string | undefined, idColumn: string): string {
  const byId = `${idColumn} ${direction}`;
  return time === undefined ? byId : `${timeColumn} ${direction}, ${byId}`;
}

function isBehind({ id, time, direction, parameters }: List, after: Position): string {
  const comparison = direction === 'ASC' ? '>' : '<';
  const lastId = parameters.bind(after.id);
  return time === undefined
    ? `${id} ${comparison} ${lastId}`
    : `(${time}, ${id}) ${comparison} (${parameters.bind(after.time)}, ${lastId})`;
}
