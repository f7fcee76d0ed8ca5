import type { List } from '../pagination/list-statement.js';
import { ProductResponseDto } from './product.dto.js';

export const SELECT_PRODUCT = `SELECT id, version, ${ProductResponseDto.json} AS json FROM products WHERE`;

export const ALL_PRODUCTS: List = {
  name: 'all products',
  table: 'products',
  id: 'id',
  direction: 'ASC',
  indexed: { ids: (ids) => `id = ANY (${ids}::bigint[])`, sku: (sku) => `sku = ${sku}` },
  row: `SELECT ${ProductResponseDto.json} AS json FROM products WHERE id = key.id`,
};

export const ACTIVE_PRODUCTS: List = { ...ALL_PRODUCTS, name: 'active products', where: 'is_active' };
