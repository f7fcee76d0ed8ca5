import type { QueryRunner } from 'typeorm';
import { selecting } from '../database/columns.js';
import { Product } from './product.entity.js';

/** If a row is locked elsewhere: wait for it, up to the lock timeout, or skip it. */
export type OnLocked = 'wait' | 'skip';

const READ = [
  'id',
  'name',
  'priceMinor',
  'stockQuantity',
  'isActive',
  'maxPerCustomer',
  'saleStartsAt',
  'saleEndsAt',
  'version',
] as const;
const SELECTED = selecting(Product, READ);

export type LockedProduct = Readonly<Pick<Product, (typeof READ)[number]>> & {
  /** Whether the `LockCondition` holds. */
  readonly flag?: boolean | null;
};

/** Asked together with the lock, without another query: SQL on the row `product`, and its parameters. */
export interface LockCondition {
  readonly sql: string;
  readonly parameters: Readonly<Record<string, number>>;
}

/**
 * Locks products until the transaction ends, and reads them. Nothing else locks products. The rows are always
 * locked in ascending order of id, so no two transactions can wait for each other. Ids never change, which
 * matters because PostgreSQL sorts rows before it locks them. Returns raw rows, because creating entities
 * would cost more than the rest of a large order.
 * @returns the existing products by id; with `skip`, without those that are locked elsewhere.
 * @throws LockTimeoutError if a row stays locked elsewhere, unless with `skip`.
 */
export async function lockProducts(
  queryRunner: QueryRunner,
  ids: readonly number[],
  onLocked: OnLocked = 'wait',
  condition?: LockCondition,
): Promise<Map<number, LockedProduct>> {
  const query = queryRunner.manager
    .createQueryBuilder(Product, 'product')
    .select(SELECTED)
    .setLock('pessimistic_write')
    .where('product.id = ANY(:ids)', { ids: [...new Set(ids)].sort((a, b) => a - b) })
    .orderBy('product.id', 'ASC');
  if (condition) query.addSelect(condition.sql, 'flag').setParameters(condition.parameters);
  if (onLocked === 'skip') query.setOnLocked('skip_locked');
  const products = await query.getRawMany<LockedProduct>();
  return new Map(products.map((product) => [product.id, product]));
}

/** Returns the ids that belong to a product. Products are never deleted, so this needs no lock. */
export async function findExisting(queryRunner: QueryRunner, ids: readonly number[]): Promise<Set<number>> {
  const rows = await queryRunner.manager
    .createQueryBuilder(Product, 'product')
    .select('product.id', 'id')
    .where('product.id = ANY(:ids)', { ids })
    .getRawMany<{ id: number }>();
  return new Set(rows.map(({ id }) => id));
}
