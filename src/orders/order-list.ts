import type { List } from '../pagination/list-statement.js';
import { Parameters } from '../pagination/parameters.js';
import type { ListOrdersQueryDto } from './order.dto.js';
import { orderById } from './order-row.js';

/** What orders can be filtered by; whoever is no admin has a `customer_id`. */
export type OrderFilters = Omit<ListOrdersQueryDto, 'page' | 'limit' | 'cursor' | 'customer_id'> & {
  readonly customer_id: number | undefined;
};

/**
 * Orders, newest first. Customer, status and time are held by an index for each combination. Orders with
 * a product are walked along its lines; where a customer is given as well, which has the fewer orders as a rule, along
 * those, looking for the product in each.
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

/** What a cursor of the list is bound to. */
function nameOf({ customer_id, status, created_from, created_to, product_id }: OrderFilters): string {
  return `orders ${JSON.stringify([customer_id, status, created_from, created_to, product_id])}`;
}
