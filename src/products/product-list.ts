import { selecting } from '../database/columns.js';
import type { List } from '../pagination/list-statement.js';
import { Parameters } from '../pagination/parameters.js';
import { Product } from './product.entity.js';

const COLUMNS = selecting(Product, [
  'id',
  'name',
  'priceMinor',
  'stockQuantity',
  'isActive',
  'version',
  'createdAt',
  'updatedAt',
]);

/**
 * SQL for one product.
 * @param id a placeholder or a column.
 */
export const productById = (id: string): string => `SELECT ${COLUMNS} FROM products WHERE id = ${id}`;

/** Products, in order of id. */
export function productList(includeInactive: boolean): List {
  return {
    name: `products ${includeInactive}`,
    table: 'products',
    id: 'id',
    direction: 'ASC',
    parameters: new Parameters(),
    where: includeInactive ? [] : ['is_active'],
    row: productById('key.id'),
  };
}
