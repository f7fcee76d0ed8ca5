import type { QueryRunner } from 'typeorm';
import { Product } from './product.entity.js';

/**
 * Locks products until the transaction ends and reads them as they are then. The one
 * way to lock products: everyone takes the rows in ascending order of id, so no two transactions can
 * wait for each other. The order is by the immutable id because rows are sorted before they are locked.
 * @returns the products that exist, by id.
 */
export async function lockProducts(
  queryRunner: QueryRunner,
  ids: readonly number[],
): Promise<Map<number, Product>> {
  const products = await queryRunner.manager
    .createQueryBuilder(Product, 'product')
    .setLock('pessimistic_write')
    .where('product.id = ANY(:ids)', { ids: [...ids].sort((a, b) => a - b) })
    .orderBy('product.id', 'ASC')
    .getMany();
  return new Map(products.map((product) => [product.id, product]));
}
