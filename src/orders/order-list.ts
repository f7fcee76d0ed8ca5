import type { List } from '../pagination/list-statement.js';
import type { Filters } from '../pagination/paginate.js';
import type { ListOrdersQueryDto } from './order.dto.js';
import { OrderResponseDto } from './order-response.dto.js';

/** What orders can be filtered by. For a customer, `customer_id` is always given. */
export type OrderFilters = Omit<ListOrdersQueryDto, 'page' | 'limit' | 'cursor' | 'customer_id'> & {
  readonly customer_id: number | undefined;
};

const PLACED_WITHIN = {
  created_from: (time: string) => `created_at >= ${time}`,
  created_to: (time: string) => `created_at < ${time}`,
};

/** Newest first. There is an index for each combination of customer, status and time. */
const ORDERS: List = {
  name: 'orders',
  table: 'orders',
  id: 'id',
  time: 'created_at',
  direction: 'DESC',
  indexed: {
    ...PLACED_WITHIN,
    customer_id: (id) => `customer_id = ${id}`,
    status: (status) => `status = ${status}`,
  },
  unindexed: {
    product_id: (id) =>
      `(SELECT true FROM order_items WHERE order_id = key.id AND product_id = ${id} LIMIT 1)`,
  },
  row: `SELECT ${OrderResponseDto.json} AS json FROM orders WHERE id = key.id`,
};

/** Orders with a product, found by its lines. */
const ORDERS_ALONG_LINES: List = {
  ...ORDERS,
  name: 'orders with a product',
  table: 'order_items',
  id: 'order_id',
  indexed: { ...PLACED_WITHIN, product_id: (id) => `product_id = ${id}` },
  unindexed: { status: (status) => `(SELECT status FROM orders WHERE id = key.id LIMIT 1) = ${status}` },
};

/**
 * Where to look for orders. If a customer is given, who usually has fewer orders than a product, those with the product
 * are found among the customer's.
 */
export function orderList({ created_from, created_to, ...others }: OrderFilters): {
  list: List;
  filters: Filters;
} {
  const isAlongLines = others.product_id !== undefined && others.customer_id === undefined;
  return {
    list: isAlongLines ? ORDERS_ALONG_LINES : ORDERS,
    filters: {
      ...others,
      created_from: created_from && new Date(created_from),
      created_to: created_to && new Date(created_to),
    },
  };
}
