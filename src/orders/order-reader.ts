import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository, type SelectQueryBuilder } from 'typeorm';
import { ForbiddenError } from '../auth/auth.errors.js';
import type { AuthenticatedUser } from '../auth/authenticated-user.js';
import { CursorCodec } from '../common/pagination/cursor.js';
import { type Page, paginate } from '../common/pagination/paginate.js';
import type { ListOrdersQueryDto } from './dto/list-orders-query.dto.js';
import { OrderItem } from './order-item.entity.js';
import { Order } from './order.entity.js';
import { OrderNotFoundError } from './orders.errors.js';
import type { PricedLine } from './placement/allocate.js';

/** An order as clients see it: its lines belong to it, in order of their products. */
export interface OrderWithItems extends Pick<
  Order,
  'id' | 'customerId' | 'status' | 'totalMinor' | 'version' | 'createdAt' | 'updatedAt'
> {
  readonly items: readonly PricedLine[];
}

@Injectable()
export class OrderReader {
  constructor(
    @InjectRepository(Order) private readonly orders: Repository<Order>,
    @InjectRepository(OrderItem) private readonly items: Repository<OrderItem>,
    private readonly cursors: CursorCodec,
  ) {}

  /** @throws OrderNotFoundError also when the order is somebody else's. */
  async get(id: number, caller: AuthenticatedUser): Promise<OrderWithItems> {
    const { customerId } = ownerFilter(caller);
    const query = this.orders.createQueryBuilder('o').where('o.id = :id', { id });
    if (customerId !== undefined) query.andWhere('o.customerId = :customerId', { customerId });
    const order = await query.getOne();
    if (!order) throw new OrderNotFoundError(id);
    const [withItems] = await this.addItems([order]);
    return withItems as OrderWithItems;
  }

  /**
   * Orders, newest first: the caller's own, or for an admin everyone's.
   * @throws ForbiddenError when a customer asks for somebody else's.
   */
  async list(query: ListOrdersQueryDto, caller: AuthenticatedUser): Promise<Page<OrderWithItems>> {
    const customerId = ownerFilter(caller).customerId ?? query.customer_id;
    if (query.customer_id !== undefined && query.customer_id !== customerId) {
      throw new ForbiddenError("Only admins see other customers' orders.");
    }
    const filters = { ...query, customer_id: customerId };
    const page = await paginate(
      this.filtered(filters),
      query,
      { name: listName(filters), direction: 'DESC' },
      this.cursors,
    );
    return { ...page, rows: await this.addItems(page.rows) };
  }

  private filtered(filters: OrderFilters): SelectQueryBuilder<Order> {
    const query = this.orders.createQueryBuilder('o');
    if (filters.customer_id !== undefined) query.andWhere('o.customerId = :customer_id', filters);
    if (filters.status !== undefined) query.andWhere('o.status = :status', filters);
    if (filters.created_from !== undefined)
      query.andWhere('o.createdAt >= :from', { from: new Date(filters.created_from) });
    if (filters.created_to !== undefined)
      query.andWhere('o.createdAt < :to', { to: new Date(filters.created_to) });
    if (filters.product_id !== undefined) {
      const lines = this.items.createQueryBuilder('i').select('1').where('i.orderId = o.id');
      query.andWhere(`EXISTS (${lines.andWhere('i.productId = :product_id').getQuery()})`, filters);
    }
    return query;
  }

  /** Lines come in a second query: joined, they would multiply the rows that a page counts. */
  private async addItems(orders: readonly Order[]): Promise<OrderWithItems[]> {
    if (orders.length === 0) return [];
    const items = await this.items
      .createQueryBuilder('i')
      .where('i.orderId = ANY(:ids)', { ids: orders.map(({ id }) => id) })
      .orderBy('i.productId', 'ASC')
      .getMany();
    const byOrder = new Map<number, OrderItem[]>(orders.map(({ id }) => [id, []]));
    for (const item of items) byOrder.get(item.orderId)?.push(item);
    return orders.map((order) => ({ ...order, items: byOrder.get(order.id) ?? [] }));
  }
}

type OrderFilters = Omit<ListOrdersQueryDto, 'page' | 'limit' | 'cursor' | 'customer_id'> & {
  readonly customer_id: number | undefined;
};

/** Whose rows a caller may see, as a condition that every query on orders carries. */
export function ownerFilter(caller: AuthenticatedUser): { customerId?: number } {
  return caller.role === 'admin' ? {} : { customerId: caller.id };
}

/** What a cursor of the list is bound to. */
function listName({ customer_id, status, created_from, created_to, product_id }: OrderFilters): string {
  return `orders ${JSON.stringify([customer_id, status, created_from, created_to, product_id])}`;
}
