import type { List } from '../pagination/list-statement.js';
import type { Filters } from '../pagination/paginate.js';
import type { ListOrdersQueryDto } from './order.dto.js';
import { OrderResponseDto } from './order-response.dto.js';

export const SELECT_ORDER = `SELECT id, version, ${OrderResponseDto.json} AS json FROM orders WHERE`;

/** The filters of a list of orders. For a customer, `customer_id` is always given. */
export type OrderFilters = Omit<ListOrdersQueryDto, 'page' | 'limit' | 'cursor' | 'customer_id'> & {
  readonly customer_id: number | undefined;
};

const PLACED_WITHIN = {
  created_from: (time: string) => `created_at >= ${time}::timestamptz`,
  created_to: (time: string) => `created_at < ${time}::timestamptz`,
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
    customer_id: (id) => `customer_id = ${id}::bigint`,
    status: (status) => `status = ${status}`,
  },
  unindexed: {
    product_id: (id) =>
      `(SELECT true FROM order_items WHERE order_id = key.id AND product_id = ${id}::bigint LIMIT 1)`,
  },
  row: `SELECT ${OrderResponseDto.json} AS json FROM orders WHERE id = key.id`,
};

const hasStatus = (status: string) => `(SELECT status FROM orders WHERE id = key.id LIMIT 1) = ${status}`;

/** Orders with a product, found through its lines. */
const ORDERS_ALONG_LINES: List = {
  ...ORDERS,
  name: 'orders with a product',
  table: 'order_items',
  id: 'order_id',
  indexed: { ...PLACED_WITHIN, product_id: (id) => `product_id = ${id}::bigint` },
  unindexed: { status: hasStatus },
};

/** Orders with a reference, which need not be unique. */
const ORDERS_BY_REFERENCE: List = {
  ...ORDERS,
  name: 'orders with a reference',
  indexed: {
    ...PLACED_WITHIN,
    customer_id: (id) => `customer_id = ${id}::bigint`,
    reference: (reference) => `reference = ${reference}`,
  },
  unindexed: { ...ORDERS.unindexed, status: hasStatus },
};

/** Chooses the index to walk. Given both a customer and a product, the customer usually has fewer orders. */
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
