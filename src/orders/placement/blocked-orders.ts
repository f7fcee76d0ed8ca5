import type { QueryRunner } from 'typeorm';
import type { TransactionRunner } from '../../database/transaction.runner.js';
import { Requeue } from '../../common/group-queue/group-work.js';
import { findExisting, type LockedProduct, lockProducts } from '../../products/lock-products.js';
import { type PlacementRequest, productIdsOf } from './placement-request.js';

/**
 * Sends the orders back that need a product which somebody else holds: one that exists and was not locked with
 * `skip`. Each waits for one product at a time, so that nobody is kept from the others.
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
      // An attempt whose COMMIT was lost may hold it, and place the order after all.
      const again = { ...request, mayBePlaced: true };
      return heldId === undefined ? [] : [[request, new Requeue(again, heldId)] as const];
    }),
  );
}

/** Which of these products nobody else holds; if all are held, it waits for the first, as long as a lock may take. */
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
