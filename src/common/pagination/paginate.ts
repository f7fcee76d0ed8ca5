import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { type InputFault, ValidationFailedError } from '../errors/domain-error.js';
import type { CursorCodec } from './cursor.js';
import type { PageQueryDto } from './page-query.dto.js';

/** Rows are counted up to this many; beyond it `total` means "at least" and costs no more. */
export const TOTAL_EXACT_MAX = 10_000;

/** One page of a list, with what is known of the rest. */
export interface Page<T> {
  readonly rows: readonly T[];
  readonly page: number;
  readonly limit: number;
  readonly total: number;
  readonly totalIsExact: boolean;
  readonly nextCursor: string | null;
}

export const PAGE_BESIDE_CURSOR: InputFault = {
  pointer: '/page',
  in: 'query',
  code: 'page-beside-cursor',
  message: 'must be left out where there is a cursor',
};

export interface ListOrder {
  /** Names the list and its filters: a cursor is good for the same ones only. */
  readonly name: string;
  readonly direction: 'ASC' | 'DESC';
}

/**
 * Reads one page of single-table rows in the total order of their ids. Pages never overlap; a walk
 * by cursor repeats and misses no row that was there at its start.
 */
export async function paginate<T extends ObjectLiteral & { id: number }>(
  query: SelectQueryBuilder<T>,
  pageQuery: PageQueryDto,
  order: ListOrder,
  cursors: CursorCodec,
): Promise<Page<T>> {
  const { page = 1, limit, cursor } = pageQuery;
  if (cursor !== undefined && pageQuery.page !== undefined)
    throw new ValidationFailedError([PAGE_BESIDE_CURSOR]);
  const id = `${query.alias}.id`;
  const rowsQuery = query
    .clone()
    .orderBy(id, order.direction)
    .limit(limit + 1);
  if (cursor === undefined) {
    rowsQuery.offset((page - 1) * limit);
  } else {
    const comparison = order.direction === 'ASC' ? '>' : '<';
    const [lastId] = cursors.decode(order.name, cursor);
    rowsQuery.andWhere(`${id} ${comparison} :lastId`, { lastId });
  }
  const [found, counted] = await Promise.all([rowsQuery.getMany(), countUpTo(query, TOTAL_EXACT_MAX + 1)]);
  const rows = found.slice(0, limit);
  const lastId = found.length > limit ? rows.at(-1)?.id : undefined;
  return {
    rows,
    page,
    limit,
    total: Math.min(counted, TOTAL_EXACT_MAX),
    totalIsExact: counted <= TOTAL_EXACT_MAX,
    nextCursor: lastId === undefined ? null : cursors.encode(order.name, lastId),
  };
}

async function countUpTo<T extends ObjectLiteral>(
  query: SelectQueryBuilder<T>,
  maximum: number,
): Promise<number> {
  const bounded = query.clone().select('1', 'one').orderBy().limit(maximum);
  const row = await query.dataSource
    .createQueryBuilder()
    .select('count(*)::int', 'count')
    .from(`(${bounded.getQuery()})`, 'bounded')
    .setParameters(bounded.getParameters())
    .getRawOne<{ count: number }>();
  return row?.count ?? 0;
}
