import type { QueryRunner } from 'typeorm';
import { TIME_UNDER_LOCK } from '../../database/columns.js';
import type { LockedProduct } from '../../products/lock-products.js';
import { type PlacementRequest, productIdsOf } from './placement-request.js';
import { hasSaleRule, purchaseKey, type SaleState } from './sale-rules.js';

/**
 * A transaction gets its id when it locks its first row, so without `isLocked`, the row was read too early.
 */
const READ_SALE_STATE = `
  SELECT ${TIME_UNDER_LOCK()} AS now, pg_current_xact_id_if_assigned() IS NOT NULL AS "isLocked",
         (SELECT coalesce(json_agg(json_build_array(product_id, customer_id, quantity)), '[]')
            FROM customer_purchases
           WHERE (product_id, customer_id) IN (SELECT * FROM unnest($1::bigint[], $2::bigint[]))
         ) AS purchases`;

interface SaleStateRow {
  readonly now: Date;
  readonly isLocked: boolean;
  readonly purchases: readonly [productId: number, customerId: number, quantity: number][];
}

const NOTHING: SaleState = { now: new Date(0), bought: new Map() };

/** Reads what the sale rules need. Products without a rule need nothing. */
export class SaleStateReader {
  /** Products that had a rule when this process last locked them. The guess saves a round trip. */
  private readonly expected = new Set<number>();

  /**
   * For products that are expected to have a rule, the query is sent right behind the one that locks them, in
   * the same round trip. If others turn out to have one, a second query follows.
   * @param locking has already sent its query.
   */
  async readUnderLock(
    queryRunner: QueryRunner,
    requests: readonly PlacementRequest[],
    locking: Promise<ReadonlyMap<number, LockedProduct>>,
  ): Promise<SaleState> {
    const expected = new Set(requests.flatMap(productIdsOf).filter((id) => this.expected.has(id)));
    const reading = expected.size > 0 ? read(queryRunner, requests, expected) : undefined;
    // If locking fails, so does the query behind it; the caller sees the error of `locking`.
    reading?.catch(() => undefined);
    const products = await locking;
    const restricted = this.expectFrom(products);
    if (restricted.size === 0) return NOTHING;
    const row = await reading;
    const isComplete = [...restricted].every((id) => expected.has(id));
    const { now, purchases } =
      row?.isLocked && isComplete ? row : await read(queryRunner, requests, restricted);
    return {
      now,
      bought: new Map(purchases.map(([product, customer, count]) => [purchaseKey(product, customer), count])),
    };
  }

  /** Remembers and returns the locked products that have a rule. */
  private expectFrom(products: ReadonlyMap<number, LockedProduct>): ReadonlySet<number> {
    const restricted = new Set<number>();
    for (const [id, product] of products) {
      if (hasSaleRule(product)) restricted.add(id);
      else this.expected.delete(id);
    }
    for (const id of restricted) this.expected.add(id);
    return restricted;
  }
}

async function read(
  queryRunner: QueryRunner,
  requests: readonly PlacementRequest[],
  productIds: ReadonlySet<number>,
): Promise<SaleStateRow> {
  const pairs = requests.flatMap(({ lines, customerId }) =>
    lines.flatMap(({ productId }) => (productIds.has(productId) ? [[productId, customerId] as const] : [])),
  );
  const columns = [0, 1].map((index) => pairs.map((pair) => pair[index]));
  const [row] = (await queryRunner.query(READ_SALE_STATE, columns)) as [SaleStateRow];
  return row;
}
