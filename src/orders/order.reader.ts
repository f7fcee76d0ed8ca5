import { Injectable } from '@nestjs/common';
import type { QueryRunner } from 'typeorm';
import { ForbiddenError } from '../auth/access/access.errors.js';
import type { AuthenticatedUser } from '../auth/access/authenticated-user.js';
import { type Page, paginate } from '../pagination/paginate.js';
import { DatabaseReader } from '../database/database.reader.js';
import type { Resource } from '../database/json.js';
import type { ListOrdersQueryDto } from './order.dto.js';
import { orderList, SELECT_ORDER } from './order-list.js';
import { OrderNotFoundError } from './orders.errors.js';

type Reader = Pick<DatabaseReader, 'row'>;

const ORDER = `${SELECT_ORDER} id = $1::bigint`;

@Injectable()
export class OrderReader {
  constructor(private readonly database: DatabaseReader) {}

  /** @throws OrderNotFoundError also if the order is somebody else's. */
  get(id: number, caller: AuthenticatedUser): Promise<Resource> {
    return readVisible<Resource>(this.database, ORDER, id, caller);
  }

  /**
   * Orders, newest first: the caller's own, or everybody's for an admin.
   * @throws ForbiddenError if a customer asks for somebody else's.
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
 * Reads an order within a transaction.
 * @throws OrderNotFoundError also if the caller was an admin and may no longer see it.
 */
export function readOrder(
  queryRunner: QueryRunner,
  id: number,
  caller: AuthenticatedUser,
): Promise<Resource> {
  const row: Reader['row'] = async (text, values) => {
    const [found] = (await queryRunner.query(text, [...values])) as [never?];
    return found;
  };
  return readVisible<Resource>({ row }, ORDER, id, caller);
}

/**
 * Reads columns of an order that the caller may see.
 * @param text a SELECT that ends with the condition on the id.
 * @throws OrderNotFoundError also if the order is somebody else's.
 */
export async function readVisible<Row extends object>(
  database: Reader,
  text: string,
  id: number,
  caller: AuthenticatedUser,
): Promise<Row> {
  const { customerId = null } = ownerFilter(caller);
  const visible = `${text} AND customer_id = coalesce($2::bigint, customer_id)`;
  const row = await database.row<Row>(visible, [id, customerId]);
  if (!row) throw new OrderNotFoundError(id);
  return row;
}

/** Whose orders the caller may see. Every query on orders has this condition. */
export function ownerFilter(caller: AuthenticatedUser): { customerId?: number } {
  return caller.role === 'admin' ? {} : { customerId: caller.id };
}
