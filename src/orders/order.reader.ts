import { Injectable } from '@nestjs/common';
import type { QueryRunner } from 'typeorm';
import { ForbiddenError } from '../auth/access/access.errors.js';
import type { AuthenticatedUser } from '../auth/access/authenticated-user.js';
import { type Page, paginate } from '../pagination/paginate.js';
import { DatabaseReader } from '../database/database.reader.js';
import type { Resource } from '../database/json.js';
import type { ListOrdersQueryDto } from './order.dto.js';
import { orderList } from './order-list.js';
import { SELECT_ORDER } from './order-json.js';
import { OrderNotFoundError } from './orders.errors.js';

type Reader = Pick<DatabaseReader, 'rows'>;

const ORDER = `${SELECT_ORDER} id = $1`;

@Injectable()
export class OrderReader {
  constructor(private readonly database: DatabaseReader) {}

  /** @throws OrderNotFoundError also when the order is somebody else's. */
  get(id: number, caller: AuthenticatedUser): Promise<Resource> {
    return readVisible<Resource>(this.database, ORDER, id, caller);
  }

  /**
   * Orders, newest first: the caller's own, or everybody's for an admin.
   * @throws ForbiddenError when a customer asks for somebody else's.
   */
  async list(query: ListOrdersQueryDto, caller: AuthenticatedUser): Promise<Page> {
    const customerId = ownerFilter(caller).customerId ?? query.customer_id;
    if (query.customer_id !== undefined && query.customer_id !== customerId) {
      throw new ForbiddenError("Only admins can see other customers' orders.");
    }
    const { list, filters } = orderList({ ...query, customer_id: customerId });
    return paginate(this.database, list, filters, query);
  }
}

/**
 * An order as a transaction leaves it.
 * @throws OrderNotFoundError also where the caller, who was an admin, may not see it any more.
 */
export function readOrder(
  queryRunner: QueryRunner,
  id: number,
  caller: AuthenticatedUser,
): Promise<Resource> {
  const rows = ((text, values) => queryRunner.query(text, [...values])) as Reader['rows'];
  return readVisible<Resource>({ rows }, ORDER, id, caller);
}

/**
 * Reads from one order, if the caller may see it.
 * @param text a SELECT that ends with the condition on the id.
 * @throws OrderNotFoundError also when the order is somebody else's.
 */
export async function readVisible<Row extends object>(
  database: Reader,
  text: string,
  id: number,
  caller: AuthenticatedUser,
): Promise<Row> {
  const { customerId } = ownerFilter(caller);
  const [row] =
    customerId === undefined
      ? await database.rows<Row>(text, [id])
      : await database.rows<Row>(`${text} AND customer_id = $2`, [id, customerId]);
  if (!row) throw new OrderNotFoundError(id);
  return row;
}

/** Whose orders a caller may see: a condition of every query on orders. */
export function ownerFilter(caller: AuthenticatedUser): { customerId?: number } {
  return caller.role === 'admin' ? {} : { customerId: caller.id };
}
