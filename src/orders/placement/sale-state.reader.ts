import type { QueryRunner } from 'typeorm';
import { TIME_UNDER_LOCK } from '../../database/columns.js';
import type { LockedProduct } from '../../products/lock-products.js';
import { type PlacementRequest, productIdsOf } from './placement-request.js';
import { hasSaleRule, purchaseKey, type SaleState } from './sale-rules.js';

/** Locking a row gives the transaction its id, so a row without `isLocked` was read too early. */
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

/** Without a sale rule nothing needs to be read. */
const NOTHING: SaleState = { now: new Date(0), bought: new Map() };

/** Reads what the rules of a sale need, which is nothing for products without a rule. */
export class SaleStateReader {
  /** Products that had a rule when they were last locked here. It is a guess that saves a round trip. */
  private readonly expected = new Set<number>();

  /**
   * Reads the state of the sales under the locks. For products that are expected
   * to have a rule, the query is sent behind the one that locks them, in the same
   * round trip; for others that turn out to have one, a second query follows.
   * @param locking has sent its query.
   */
  async readUnderLock(
    queryRunner: QueryRunner,
    requests: readonly PlacementRequest[],
    locking: Promise<ReadonlyMap<number, LockedProduct>>,
  ): Promise<SaleState> {
    const expected = new Set(requests.flatMap(productIdsOf).filter((id) => this.expected.has(id)));
    const reading = expected.size > 0 ? read(queryRunner, requests, expected) : undefined;
    // If the locks fail, so does the query behind them; their error is the one that counts.
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

  /** Learns from the locked products, and returns those that have a rule. */
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
