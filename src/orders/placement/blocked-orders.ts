import type { QueryRunner } from 'typeorm';
import type { TransactionRunner } from '../../database/transaction.runner.js';
import { Requeue } from '../../common/group-queue/group-work.js';
import { findExisting, type LockedProduct, lockProducts } from '../../products/lock-products.js';
import { type PlacementRequest, productIdsOf } from './placement-request.js';

/**
 * Requeues the orders that need a product which somebody else has locked: it exists, but `skip` did not lock
 * it. All of them count as blocked, each until it is free: nobody knows which one stays locked, and an order
 * that is tried again while one does keeps its other products locked for the time that it waits.
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
      const heldIds = productIdsOf(request).filter((id) => held.has(id));
      // The holder may be an earlier attempt whose COMMIT was lost: it may yet place the order.
      const again = { ...request, mayBePlaced: true };
      return heldIds.length === 0 ? [] : [[request, new Requeue(again, heldIds)] as const];
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
