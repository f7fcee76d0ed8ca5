import type { QueryRunner } from 'typeorm';
import type { TransactionRunner } from '../../database/transaction.runner.js';
import { Requeue } from '../../common/group-queue/group-work.js';
import { findExisting, type LockedProduct, lockProducts } from '../../products/lock-products.js';
import { type PlacementRequest, productIdsOf } from './placement-request.js';

/**
 * Requeues the orders that need a product which is locked elsewhere: it exists, but `skip` did not lock it.
 * Each such product counts as blocked until it is free. An order that runs earlier would wait for the lock
 * with its other products locked.
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
      // The lock may belong to an earlier attempt whose COMMIT was not answered and may still succeed.
      const again = { ...request, mayBePlaced: true };
      return heldIds.length === 0 ? [] : [[request, new Requeue(again, heldIds)] as const];
    }),
  );
}

/**
 * Returns those of the products that nobody else has locked. If all are locked, it waits for the first, up to
 * the lock timeout.
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
