import type { QueryRunner } from 'typeorm';
import { Requeue } from '../../common/group-queue/group-work.js';
import type { DomainError } from '../../common/domain-error.js';
import type { TransactionRunner } from '../../database/transaction.runner.js';
import type { LockCondition, LockedProduct } from '../../products/lock-products.js';
import { InsufficientStockError, PurchaseLimitExceededError } from '../../products/products.errors.js';
import { ANY_OVERDUE, cancelExpired, IS_OVERDUE } from '../expired-orders.js';
import { type PlacementRequest, productIdsOf } from './placement-request.js';

/** For cancelling the expired orders that hold what a buyer needs. */
const RELEASE_MS_MAX = 1_000;

/** Expired orders to search, which takes up to 0.2 s. There are more only if no sweep has run for long. */
const LOOKED_AT_MAX = 100_000;

/** Starts from the expired orders, because they are few, while a product may have many lines. */
export const HELD_BY_EXPIRED = `
  SELECT DISTINCT line.product_id AS id
    FROM (SELECT id FROM orders WHERE ${IS_OVERDUE} ORDER BY expires_at, id LIMIT ${LOOKED_AT_MAX}) AS expired
   CROSS JOIN LATERAL (SELECT product_id FROM order_items
                        WHERE order_id = expired.id AND product_id = ANY ($1) OFFSET 0) AS line`;

/** Skipped if there is enough stock: until a VACUUM, the index still has entries of confirmed orders. */
export const OVERDUE_IF_SHORT = `CASE
  WHEN product.stock_quantity < :pieces OR product.max_per_customer IS NOT NULL THEN ${ANY_OVERDUE} END`;

/** Asks whether any order is overdue, if the requests may exceed the stock or a limit. */
export function ifShort(requests: readonly PlacementRequest[]): LockCondition {
  const quantities = requests.flatMap(({ lines }) => lines.map(({ quantity }) => quantity));
  return { sql: OVERDUE_IF_SHORT, parameters: { pieces: quantities.reduce((sum, one) => sum + one, 0) } };
}

/**
 * Requeues, once, the orders whose missing stock or allowance is held by expired orders. Those products count
 * as blocked until the expired orders have been cancelled, so later orders cannot go first.
 * @param products locked with the condition `ifShort`, so that a product that is merely sold out costs no
 *   query.
 */
export async function requeueShort(
  queryRunner: QueryRunner,
  refused: ReadonlyMap<PlacementRequest, DomainError>,
  products: ReadonlyMap<number, LockedProduct>,
): Promise<Map<PlacementRequest, Requeue<PlacementRequest>>> {
  if (![...products.values()].some(({ flag }) => flag)) return new Map();
  const short = [...refused].flatMap(([request, error]) => {
    const ids = request.hasReleasedExpired ? [] : missingOf(request, error);
    return ids.length === 0 ? [] : [{ request, ids }];
  });
  if (short.length === 0) return new Map();
  const shortIds = new Set(short.flatMap(({ ids }) => ids));
  const rows = (await queryRunner.query(HELD_BY_EXPIRED, [[...shortIds]])) as { id: number }[];
  const held = new Set(rows.map(({ id }) => id));
  return new Map(
    short.flatMap(({ request, ids }) => {
      const heldIds = ids.filter((id) => held.has(id));
      const again = { ...request, hasReleasedExpired: true };
      return heldIds.length === 0 ? [] : [[request, new Requeue(again, heldIds)] as const];
    }),
  );
}

/** Beyond a limit, all products of the order, because it is not known yet which of them are short as well. */
function missingOf(request: PlacementRequest, error: DomainError): readonly number[] {
  if (error instanceof PurchaseLimitExceededError) return productIdsOf(request);
  return error instanceof InsufficientStockError ? error.lines.map((line) => line.product_id) : [];
}

/** Cancels the expired orders that have any of the products, in transactions of their own. */
export function releaseExpired(
  transactions: TransactionRunner,
  productIds: readonly number[],
): Promise<void> {
  const giveUpAt = Date.now() + RELEASE_MS_MAX;
  return cancelExpired(transactions, { productIds, mayGoOn: () => Date.now() < giveUpAt });
}
