import type { QueryRunner } from 'typeorm';
import { selecting } from '../database/columns.js';
import { Product } from './product.entity.js';

/** What to do about a row that is locked elsewhere: wait for it, but not for long, or skip it. */
export type OnLocked = 'wait' | 'skip';

/** What is read of a locked product. */
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

/** A product, as it is under its lock. */
export type LockedProduct = Readonly<Pick<Product, (typeof READ)[number]>> & {
  /** Whether the condition held that the caller had asked about. */
  readonly flag?: boolean | null;
};

/**
 * Something else that is asked with the lock, without another
 * query: SQL on the row `product`, and its parameters.
 */
export interface LockCondition {
  readonly sql: string;
  readonly parameters: Readonly<Record<string, number>>;
}

/**
 * Locks products until the transaction ends, and reads them. This is the only way to lock products: every
 * transaction locks the rows in ascending order of id, so no two can wait for each other. The order is by the
 * immutable id because PostgreSQL sorts rows before it locks them. Raw rows are returned because entities
 * would cost more than the rest of a large order.
 * @returns the products that exist, by id; with `skip`, only those that are not locked elsewhere.
 * @throws LockTimeoutError if one stays locked elsewhere, unless with `skip`.
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

/** Those of the ids that belong to a product. Products are never deleted, so this needs no lock. */
export async function findExisting(queryRunner: QueryRunner, ids: readonly number[]): Promise<Set<number>> {
  const rows = await queryRunner.manager
    .createQueryBuilder(Product, 'product')
    .select('product.id', 'id')
    .where('product.id = ANY(:ids)', { ids })
    .getRawMany<{ id: number }>();
  return new Set(rows.map(({ id }) => id));
}
