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

const hasStatus = (status: string) => `(SELECT status FROM orders WHERE id = key.id LIMIT 1) = ${status}`;

/** Orders with a product, found by its lines. */
const ORDERS_ALONG_LINES: List = {
  ...ORDERS,
  name: 'orders with a product',
  table: 'order_items',
  id: 'order_id',
  indexed: { ...PLACED_WITHIN, product_id: (id) => `product_id = ${id}` },
  unindexed: { status: hasStatus },
};

/** Orders with a reference, of which there may be many. */
const ORDERS_BY_REFERENCE: List = {
  ...ORDERS,
  name: 'orders with a reference',
  indexed: {
    ...PLACED_WITHIN,
    customer_id: (id) => `customer_id = ${id}`,
    reference: (reference) => `reference = ${reference}`,
  },
  unindexed: { ...ORDERS.unindexed, status: hasStatus },
};

/**
 * Where to look for orders. If a customer is given, who usually has fewer orders than a product, those with
 * the product are found among the customer's.
 */
export function orderList({ created_from, created_to, ...others }: OrderFilters): {
  list: List;
  filters: Filters;
} {
  return {
    list: listFor(others),
    filters: {
      ...others,
      created_from: created_from && new Date(created_from),
      created_to: created_to && new Date(created_to),
    },
  };
}

function listFor({ product_id, customer_id, reference }: Partial<OrderFilters>): List {
  if (reference !== undefined) return ORDERS_BY_REFERENCE;
  return product_id !== undefined && customer_id === undefined ? ORDERS_ALONG_LINES : ORDERS;
}
