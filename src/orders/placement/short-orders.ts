import type { QueryRunner } from 'typeorm';
import { Requeue } from '../../common/group-queue/group-work.js';
import type { DomainError } from '../../common/domain-error.js';
import type { TransactionRunner } from '../../database/transaction.runner.js';
import type { LockCondition, LockedProduct } from '../../products/lock-products.js';
import { InsufficientStockError, PurchaseLimitExceededError } from '../../products/products.errors.js';
import { ANY_OVERDUE, cancelExpired, IS_OVERDUE } from '../expired-orders.js';
import { type PlacementRequest, productIdsOf } from './placement-request.js';

/** For cancelling the expired orders that have what a buyer is short of. */
const RELEASE_MS_MAX = 1_000;

/**
 * Expired orders that are looked at, which takes 0.2 s for
 * so many; more there are only if nobody has swept for long.
 */
const LOOKED_AT_MAX = 100_000;

/**
 * Walks the expired orders, of which there are few, and not the lines of a product, of which there are many.
 */
export const HELD_BY_EXPIRED = `
  SELECT DISTINCT line.product_id AS id
    FROM (SELECT id FROM orders WHERE ${IS_OVERDUE} ORDER BY expires_at, id LIMIT ${LOOKED_AT_MAX}) AS expired
   CROSS JOIN LATERAL (SELECT product_id FROM order_items
                        WHERE order_id = expired.id AND product_id = ANY ($1) OFFSET 0) AS line`;

/**
 * Where there is enough, nobody looks: until a VACUUM, the index also holds the orders that were confirmed.
 */
export const OVERDUE_IF_SHORT = `CASE
  WHEN product.stock_quantity < :pieces OR product.max_per_customer IS NOT NULL THEN ${ANY_OVERDUE} END`;

/**
 * Asks with the lock on products whether any order is
 * overdue, if these may be short of stock or beyond a limit.
 */
export function ifShort(requests: readonly PlacementRequest[]): LockCondition {
  const quantities = requests.flatMap(({ lines }) => lines.map(({ quantity }) => quantity));
  return { sql: OVERDUE_IF_SHORT, parameters: { pieces: quantities.reduce((sum, one) => sum + one, 0) } };
}

/**
 * Requeues, once, the orders that are short of products, or of an allowance, which expired orders still hold.
 * Those products count as blocked until the expired orders have been cancelled, so nobody goes first who has
 * come later.
 * @param products locked with the condition `ifShort`, so that a sold-out product costs no query for it.
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

/** Beyond a limit, all products of the order: it is not known yet which of them are short as well. */
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
