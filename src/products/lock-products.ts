import type { QueryRunner } from 'typeorm';
import { selecting } from '../database/columns.js';
import { Product } from './product.entity.js';

/** What to do about a row that another transaction has locked: wait for it, but not for long, or go on without it. */
export type OnLocked = 'wait' | 'skip';

/** What is read of a product under its lock. */
const READ = ['id', 'name', 'priceMinor', 'stockQuantity', 'isActive', 'version'] as const;
const SELECTED = selecting(Product, READ);

/** A product under its lock, as its row is then. */
export type LockedProduct = Readonly<Pick<Product, (typeof READ)[number]>>;

/**
 * Locks products until the transaction ends and reads them as they are then. The one
 * way to lock products: everyone takes the rows in ascending order of id, so no two transactions can
 * wait for each other. The order is by the immutable id because rows are sorted before they are locked.
 * Rows are taken as they come: an entity for each would cost more than all the rest of a large order.
 * @returns the products that exist, by id; with `skip`, those of them that nobody else has locked.
 * @throws LockTimeoutError, unless with `skip`, when somebody else holds one of them for too long.
 */
export async function lockProducts(
  queryRunner: QueryRunner,
  ids: readonly number[],
  onLocked: OnLocked = 'wait',
): Promise<Map<number, LockedProduct>> {
  const query = queryRunner.manager
    .createQueryBuilder(Product, 'product')
    .select(SELECTED)
    .setLock('pessimistic_write')
    .where('product.id = ANY(:ids)', { ids: [...new Set(ids)].sort((a, b) => a - b) })
    .orderBy('product.id', 'ASC');
  if (onLocked === 'skip') query.setOnLocked('skip_locked');
  const products = await query.getRawMany<LockedProduct>();
  return new Map(products.map((product) => [product.id, product]));
}

/** Which of these products exist. Products are never deleted, so this needs no lock. */
export async function findExisting(queryRunner: QueryRunner, ids: readonly number[]): Promise<Set<number>> {
  const rows = await queryRunner.manager
    .createQueryBuilder(Product, 'product')
    .select('product.id', 'id')
    .where('product.id = ANY(:ids)', { ids })
    .getRawMany<{ id: number }>();
  return new Set(rows.map(({ id }) => id));
}
