import type { QueryRunner } from 'typeorm';
import type { TransactionRunner } from '../../database/transaction.runner.js';
import { Requeue } from '../../common/group-queue/group-work.js';
import { findExisting, type LockedProduct, lockProducts } from '../../products/lock-products.js';
import { type PlacementRequest, productIdsOf } from './placement-request.js';

/**
 * Requeues the orders that need a product which somebody else has locked: it exists, but `skip` did not lock
 * it. An order is blocked by one product at a time, so that the sales of its other products go on.
 */
export async function requeueBlocked(
  queryRunner: QueryRunner,
  requests: readonly PlacementRequest[],
  locked: ReadonlyMap<number, LockedProduct>,
): Promise<Map<PlacementRequest, Requeue<PlacementRequest>>> {
  const missing = requests.flatMap(productIdsOf).filter((id) => !locked.has(id));
  const held = missing.length > 0 ? await findExisting(queryRunner, missing) : new Set();
  return new Map(
    requests.flatMap((request) => {
      const heldId = productIdsOf(request).find((id) => held.has(id));
      // The holder may be an earlier attempt whose COMMIT was lost: it may yet place the order.
      const again = { ...request, mayBePlaced: true };
      return heldId === undefined ? [] : [[request, new Requeue(again, heldId)] as const];
    }),
  );
}

/**
 * Those of the products that nobody else has locked. If all are locked, it waits for the first, as long as
 * any write waits for a lock.
 */
export function findFree(
  transactions: TransactionRunner,
  productIds: readonly number[],
): Promise<readonly number[]> {
  const lockSome = async (queryRunner: QueryRunner) => {
    const free = await lockProducts(queryRunner, productIds, 'skip');
    const locked = free.size > 0 ? free : await lockProducts(queryRunner, productIds.slice(0, 1));
    return [...locked.keys()];
  };
  return transactions.runPipelined(async (queryRunner, failure) => {
    const ids = failure ? [] : await lockSome(queryRunner);
    return { outcome: Promise.resolve(ids), hasWritten: false };
  }, Infinity);
}
