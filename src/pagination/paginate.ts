import type { DatabaseReader } from '../database/database.reader.js';
import { type InputFault, ValidationFailedError } from '../common/domain-error.js';
import { decodeCursor, encodeCursor, type Range } from './cursor.js';
import {
  type List,
  type ListState,
  listStatement,
  PAGES_REACH,
  type Part,
  type Position,
} from './list-statement.js';
import { ID_MAX } from '../http/validation/rules.js';
import type { PageQueryDto } from './page-query.dto.js';

/** One page of a list, with what is known of the rest. */
export interface Page<T> {
  readonly rows: readonly T[];
  readonly page: number;
  readonly limit: number;
  readonly total: number;
  readonly totalIsExact: boolean;
  readonly nextCursor: string | null;
  /** Whether `page + 1` has what follows; otherwise the cursor has it, if anything does. */
  readonly nextPageFollows: boolean;
}

export interface ListRow {
  readonly id: number;
  readonly createdAt: Date;
}

export const PAGE_BESIDE_CURSOR: InputFault = {
  pointer: '/page',
  location: 'query',
  code: 'page-beside-cursor',
  message: 'must be left out where there is a cursor',
};

export const PAGE_TOO_DEEP: InputFault = {
  pointer: '/page',
  location: 'query',
  code: 'page-too-deep',
  message: `must begin within the first ${PAGES_REACH} rows of a list; to go further, send the next_cursor of a page as cursor`,
};

/**
 * Reads one page of a list at a cost that does not grow with the table. Pages never overlap. A walk by cursor shows
 * every row once that was there at its start and has not left the list.
 * @throws ValidationFailedError for a page beside a cursor, a foreign cursor, or a page that is too deep.
 */
export async function paginate<Row extends ListRow>(
  database: DatabaseReader,
  list: List,
  { page, limit, cursor }: PageQueryDto,
): Promise<Page<Row>> {
  if (cursor !== undefined && page !== undefined) throw new ValidationFailedError([PAGE_BESIDE_CURSOR]);
  const offset = ((page ?? 1) - 1) * limit;
  const place = cursor === undefined ? { offset } : { after: positionIn(list, cursor) };
  const { rows: found, state } = await readPart<Row>(database, list, { ...place, limit: limit + 1 });
  if (offset >= PAGES_REACH && !state.totalIsExact) throw new ValidationFailedError([PAGE_TOO_DEEP]);
  const rows = found.slice(0, limit);
  const hasMore = found.length > limit;
  const last = hasMore ? positionOf(rows.at(-1)) : filteredTo(state);
  return {
    rows,
    page: page ?? 1,
    limit,
    total: state.total,
    totalIsExact: state.totalIsExact,
    nextCursor: last === undefined ? null : encodeCursor(list.name, last.time.getTime(), last.id),
    nextPageFollows: hasMore && cursor === undefined && offset + limit < PAGES_REACH,
  };
}

async function readPart<Row extends ListRow>(
  database: DatabaseReader,
  list: List,
  part: Part,
): Promise<{ rows: Row[]; state: ListState }> {
  const text = listStatement(list, part);
  const found = await database.rows<(Row | { id: null }) & ListState>(text, list.parameters.values);
  const isRow = (row: (typeof found)[0]): row is Row & ListState => row.id !== null;
  return { rows: found.filter(isRow), state: found[0] as ListState };
}

/** A time, up to the end of the year 9999, and an id. */
const POSITION: readonly Range[] = [
  [0, Date.UTC(9999, 11, 31)],
  [0, ID_MAX],
];

function positionIn({ name }: List, cursor: string): Position {
  const [time, id] = decodeCursor(name, cursor, POSITION) as [number, number];
  return { time: new Date(time), id };
}

function positionOf(row: ListRow | undefined): Position | undefined {
  return row && { time: row.createdAt, id: row.id };
}

function filteredTo({ filteredToTime, filteredToId }: ListState): Position | undefined {
  return filteredToTime && filteredToId ? { time: filteredToTime, id: filteredToId } : undefined;
}
