import { fromJson, selecting } from '../database/columns.js';
import type { List } from '../pagination/list-statement.js';
import { Parameters } from '../pagination/parameters.js';
import { Product } from './product.entity.js';

const SEEN = [
  'id',
  'name',
  'priceMinor',
  'stockQuantity',
  'isActive',
  'version',
  'createdAt',
  'updatedAt',
] as const;
const COLUMNS = selecting(Product, SEEN);

/**
 * SQL for one product.
 * @param id a placeholder or a column.
 */
export const productById = (id: string): string => `SELECT ${COLUMNS} FROM products WHERE id = ${id}`;

/** Reads a row that `to_json` has written. A column that there was not at that time is null. */
export const productOfRow = (row: Record<string, unknown>): Product =>
  fromJson(Product, SEEN, row) as Product;

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
