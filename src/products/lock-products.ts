import type { QueryRunner } from 'typeorm';
import { Product } from './product.entity.js';

/** What to do about a row that another transaction has locked: wait for it, as long as its transaction may, or go on without it. */
export type OnLocked = 'wait' | 'skip';

/** A product under its lock, as its row is then. */
export type LockedProduct = Pick<
  Product,
  'id' | 'name' | 'priceMinor' | 'stockQuantity' | 'isActive' | 'version'
>;

/**
 * Locks products until the transaction ends and reads them as they are then. The one
 * way to lock products: everyone takes the rows in ascending order of id, so no two transactions can
 * wait for each other. The order is by the immutable id because rows are sorted before they are locked.
 * Rows are taken as they come: an entity for each would cost more than all the rest of a large order.
 * @returns the products that exist, by id; with `skip`, those of them that nobody else has locked.
 */
export async function lockProducts(
  queryRunner: QueryRunner,
  ids: readonly number[],
  onLocked: OnLocked = 'wait',
): Promise<Map<number, LockedProduct>> {
  const query = queryRunner.manager
    .createQueryBuilder(Product, 'product')
    .select('product.id', 'id')
    .addSelect('product.name', 'name')
    // Whole and far below 2^53, so exact as what pg hands over as a number.
    .addSelect('CAST(product.priceMinor AS float8)', 'priceMinor')
    .addSelect('CAST(product.stockQuantity AS float8)', 'stockQuantity')
    .addSelect('product.isActive', 'isActive')
    .addSelect('product.version', 'version')
    .setLock('pessimistic_write')
    .where('product.id = ANY(:ids)', { ids: [...ids].sort((a, b) => a - b) })
    .orderBy('product.id', 'ASC');
  if (onLocked === 'skip') query.setOnLocked('skip_locked');
  const products = await query.getRawMany<LockedProduct>();
  return new Map(products.map((product) => [product.id, product]));
}

/** Which of these products exist. Products are never deleted, so this needs no lock. */
export async function findExisting(queryRunner: QueryRunner, ids: readonly number[]): Promise<number[]> {
  const rows = await queryRunner.manager
    .createQueryBuilder(Product, 'product')
    .select('product.id', 'id')
    .where('product.id = ANY(:ids)', { ids })
    .getRawMany<{ id: number }>();
  return rows.map(({ id }) => id);
}
