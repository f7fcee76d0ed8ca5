import type { DatabaseReader, Value } from '../database/database.reader.js';
import { ExpiringMap } from '../common/expiring-map.js';
import { type InputFault, ValidationFailedError } from '../common/domain-error.js';
import { decodeCursor, encodeCursor, type Range } from './cursor.js';
import { type List, type ListPart, listStatement, NEAR_REACH, PAGES_REACH } from './list-statement.js';
import { ID_MAX } from '../http/validation/rules.js';
import type { PageQueryDto } from './page-query.dto.js';

/** One page of a list, and what is known about the rest. */
export interface Page {
  /** JSON, separated by commas. */
  readonly items: string;
  readonly page: number;
  readonly limit: number;
  readonly total: number;
  readonly totalIsExact: boolean;
  readonly nextCursor: string | null;
  /** Whether the next rows are on `page + 1`; if not, `nextCursor` leads to them, if there are any. */
  readonly nextPageFollows: boolean;
}

/** The values of the filters that are set. */
export type Filters = Readonly<Record<string, Value | undefined>>;

export const PAGE_BESIDE_CURSOR: InputFault = {
  pointer: '/page',
  location: 'query',
  code: 'page-beside-cursor',
  message: 'cannot be combined with cursor',
};

export const PAGE_TOO_DEEP: InputFault = {
  pointer: '/page',
  location: 'query',
  code: 'page-too-deep',
  message:
    `must be within the first ${PAGES_REACH} rows of the list; to go further, send the next_cursor of a ` +
    'page as cursor',
};

/** For this time, a list that is too long for an exact total is not counted again. */
const LONG_MS = 10_000;
const longLists = new ExpiringMap<string, true>(1_000);

/**
 * Reads one page of a list at a cost that does not grow with the table. Pages never overlap. A walk by cursor
 * shows each row that stays in the list exactly once.
 * @throws ValidationFailedError for a page together with a cursor, a foreign cursor, or a page too deep.
 */
export async function paginate(
  database: DatabaseReader,
  list: List,
  filters: Filters,
  { page, limit, cursor }: PageQueryDto,
): Promise<Page> {
  if (cursor !== undefined && page !== undefined) throw new ValidationFailedError([PAGE_BESIDE_CURSOR]);
  const names = Object.keys({ ...list.indexed, ...list.unindexed }).filter(
    (name) => filters[name] !== undefined,
  );
  const values = names.map((name) => filters[name] ?? null);
  const cursorList = `${list.name} ${JSON.stringify([names, values])}`;
  const offset = ((page ?? 1) - 1) * limit;
  const isFiltered = names.some((name) => name in (list.unindexed ?? {}));
  const counts = isFiltered || !longLists.get(cursorList);
  const position = cursor === undefined ? [offset] : positionIn(list, cursorList, cursor);
  const place = cursor !== undefined ? 'after' : offset + limit <= NEAR_REACH ? 'near' : 'far';
  const text = listStatement(list, names, place, counts);
  const part = (await database.row<ListPart>(text, [...values, limit, ...position])) as ListPart;
  if (counts && !part.totalIsExact) longLists.set(cursorList, true, Date.now() + LONG_MS);
  if (offset >= PAGES_REACH && !part.totalIsExact) throw new ValidationFailedError([PAGE_TOO_DEEP]);
  const hasMore = part.found > limit;
  return {
    items: part.items ?? '',
    page: page ?? 1,
    limit,
    total: part.total,
    totalIsExact: part.totalIsExact,
    nextCursor: hasMore
      ? cursorAt(cursorList, part.lastTime, part.lastId)
      : cursorAt(cursorList, part.filteredToTime, part.filteredToId),
    nextPageFollows: hasMore && cursor === undefined && offset + limit < PAGES_REACH,
  };
}

/** A time up to the end of the year 9999 (0 in lists by id), and an id. */
const POSITION: readonly Range[] = [
  [0, Date.UTC(9999, 11, 31)],
  [0, ID_MAX],
];

function positionIn({ time: byTime }: List, cursorList: string, cursor: string): Value[] {
  const [time, id] = decodeCursor(cursorList, cursor, POSITION) as [number, number];
  return byTime === undefined ? [id] : [id, new Date(time)];
}

function cursorAt(cursorList: string, time?: Date | null, id?: number | null): string | null {
  return id === undefined || id === null ? null : encodeCursor(cursorList, time?.getTime() ?? 0, id);
}
