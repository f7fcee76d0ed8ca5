import { Injectable } from '@nestjs/common';
import { ValidationFailedError } from '../common/domain-error.js';
import { decodeCursor, encodeCursor, type Range } from '../pagination/cursor.js';
import type { PageQueryDto } from '../pagination/page-query.dto.js';
import { PAGES_REACH, TOTAL_EXACT_MAX } from '../pagination/list-statement.js';
import { type Page, PAGE_BESIDE_CURSOR, PAGE_TOO_DEEP } from '../pagination/paginate.js';
import { ID_MAX } from '../http/validation/rules.js';
import { DatabaseReader } from '../database/database.reader.js';
import { ProductNotFoundError } from '../products/products.errors.js';
import { type BalancedMovement, mergeNewestFirst, type StockMovement } from './merge-movements.js';
import { StockMovementResponseDto } from './stock-movement-response.dto.js';
import { readMovements, STREAMS } from './read-movements.js';

/** What a cursor holds: the balance, and the next id of each stream. */
const POSITION: readonly Range[] = [
  [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ...STREAMS.map((): Range => [0, ID_MAX]),
];

interface Start {
  readonly offset: number;
  readonly from: readonly number[];
  /** If undefined, the current stock. */
  readonly balance?: number | undefined;
}

@Injectable()
export class StockMovementReader {
  constructor(private readonly database: DatabaseReader) {}

  /**
   * Every change of a product's stock, newest first. The newest balance is the `stock_quantity` of the same
   * snapshot; each balance is the next older one plus the movement. Paging by cursor shows each movement that
   * existed at the start once, and none that came later.
   * @throws ProductNotFoundError, ValidationFailedError as `paginate` does.
   */
  async list(productId: number, query: PageQueryDto): Promise<Page> {
    const { page = 1, limit } = query;
    const listName = `stock movements ${productId}`;
    const { offset, from, balance } = this.startOf(listName, query);
    const reach = Math.min(offset, PAGES_REACH) + limit + 1;
    const countMax = TOTAL_EXACT_MAX + 1;
    const snapshot = await readMovements(this.database, productId, { from, reach, countMax });
    if (!snapshot) throw new ProductNotFoundError([productId]);
    const totalIsExact = snapshot.counted <= TOTAL_EXACT_MAX;
    if (offset >= PAGES_REACH && !totalIsExact) throw new ValidationFailedError([PAGE_TOO_DEEP]);

    const streams = STREAMS.map((name) => snapshot[name]);
    const { movements, next } = mergeNewestFirst(streams, offset + limit);
    const { balanced, before } = withBalances(movements, balance ?? snapshot.stockQuantity);
    const isEnd = next.every((id) => id === 0);
    return {
      items: balanced
        .slice(offset)
        .map((movement) => JSON.stringify(StockMovementResponseDto.from(movement)))
        .join(','),
      page,
      limit,
      total: Math.min(snapshot.counted, TOTAL_EXACT_MAX),
      totalIsExact,
      nextPageFollows: !isEnd && query.cursor === undefined && offset + limit < PAGES_REACH,
      nextCursor: isEnd ? null : encodeCursor(listName, before, ...next),
    };
  }

  private startOf(listName: string, { page, limit, cursor }: PageQueryDto): Start {
    if (cursor === undefined) return { offset: ((page ?? 1) - 1) * limit, from: STREAMS.map(() => ID_MAX) };
    if (page !== undefined) throw new ValidationFailedError([PAGE_BESIDE_CURSOR]);
    const [balance, ...from] = decodeCursor(listName, cursor, POSITION);
    return { offset: 0, from, balance };
  }
}

/** `before` is the stock before the oldest of the movements. */
function withBalances(movements: readonly StockMovement[], newest: number) {
  let before = newest;
  const balanced = movements.map((movement): BalancedMovement => {
    const balance = before;
    before -= movement.quantity;
    return { ...movement, balance };
  });
  return { balanced, before };
}
