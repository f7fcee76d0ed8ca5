import type { List } from '../pagination/list-statement.js';
import { Parameters } from '../pagination/parameters.js';

/**
 * SQL for one product. Amounts and stocks are whole and far below 2^53, so they are exact as `float8`, which pg
 * hands over as numbers.
 * @param id a placeholder or a column.
 */
export const productById = (id: string): string => `
  SELECT id, name, price_minor::float8 AS "priceMinor", stock_quantity::float8 AS "stockQuantity",
         is_active AS "isActive", version, created_at AS "createdAt", updated_at AS "updatedAt"
    FROM products WHERE id = ${id}`;

/** Products in order of their ids. */
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
