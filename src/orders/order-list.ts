import type { List } from '../pagination/list-statement.js';
import { Parameters } from '../pagination/parameters.js';
import type { ListOrdersQueryDto } from './order.dto.js';
import { orderById } from './order-row.js';

/** What orders can be filtered by. For a customer, `customer_id` is always given. */
export type OrderFilters = Omit<ListOrdersQueryDto, 'page' | 'limit' | 'cursor' | 'customer_id'> & {
  readonly customer_id: number | undefined;
};

/**
 * Orders, newest first. There is an index for each combination of customer, status and time. Orders with a
 * product are found by its lines. If a customer is given as well, who usually has fewer orders than the
 * product, they are found among the customer's orders.
 */
export function orderList(filters: OrderFilters): List {
  const alongLines = filters.product_id !== undefined && filters.customer_id === undefined;
  return alongLines ? listAlongLines(filters) : listAlongOrders(filters);
}

function listAlongOrders(filters: OrderFilters): List {
  const parameters = new Parameters();
  const { customer_id, status, product_id } = filters;
  const where = placedWithin(filters, parameters);
  if (customer_id !== undefined) where.push(`customer_id = ${parameters.bind(customer_id)}`);
  if (status !== undefined) where.push(`status = ${parameters.bind(status)}`);
  const list = { ...IN_COMMON, name: nameOf(filters), table: 'orders', id: 'id', parameters, where };
  if (product_id === undefined) return list;
  const filter = `(SELECT true FROM order_items
                   WHERE order_id = key.id AND product_id = ${parameters.bind(product_id)} LIMIT 1)`;
  return { ...list, filter };
}

function listAlongLines(filters: OrderFilters): List {
  const parameters = new Parameters();
  const { status, product_id } = filters;
  const where = [...placedWithin(filters, parameters), `product_id = ${parameters.bind(product_id)}`];
  const list = {
    ...IN_COMMON,
    name: nameOf(filters),
    table: 'order_items',
    id: 'order_id',
    parameters,
    where,
  };
  if (status === undefined) return list;
  const filter = `(SELECT status FROM orders WHERE id = key.id LIMIT 1) = ${parameters.bind(status)}`;
  return { ...list, filter };
}

const IN_COMMON = { time: 'created_at', direction: 'DESC', row: orderById('key.id') } as const;

function placedWithin({ created_from, created_to }: OrderFilters, parameters: Parameters): string[] {
  const where = [];
  if (created_from !== undefined) where.push(`created_at >= ${parameters.bind(new Date(created_from))}`);
  if (created_to !== undefined) where.push(`created_at < ${parameters.bind(new Date(created_to))}`);
  return where;
}

/** A cursor continues only the list by whose name it was made. */
function nameOf({ customer_id, status, created_from, created_to, product_id }: OrderFilters): string {
  return `orders ${JSON.stringify([customer_id, status, created_from, created_to, product_id])}`;
}
