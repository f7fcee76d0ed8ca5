import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import type { AuthenticatedUser } from '../auth/authenticated-user.js';
import { ownerFilter } from './order-reader.js';
import { Order } from './order.entity.js';
import { OrderNotFoundError } from './orders.errors.js';

export const ORDER_EVENTS = ['PLACED', 'CONFIRMED', 'CANCELLED'] as const;

/** Something that happened to an order. */
export interface OrderEvent {
  readonly event: (typeof ORDER_EVENTS)[number];
  readonly occurredAt: Date;
  /** Who did it; nobody where it happened before that was written down. */
  readonly userId: number | null;
  /** Only why an order was cancelled, where that was said. */
  readonly reason: string | null;
}

export interface OrderHistory {
  readonly orderId: number;
  readonly version: number;
  /** In the order in which they happened, three at most: no order does the same twice. */
  readonly events: readonly OrderEvent[];
}

@Injectable()
export class OrderHistoryReader {
  constructor(@InjectRepository(Order) private readonly orders: Repository<Order>) {}

  /** @throws OrderNotFoundError also when the order is somebody else's. */
  async get(id: number, caller: AuthenticatedUser): Promise<OrderHistory> {
    const order = await this.orders.findOneBy({ id, ...ownerFilter(caller) });
    if (!order) throw new OrderNotFoundError(id);
    return { orderId: id, version: order.version, events: eventsOf(order) };
  }
}

function eventsOf(order: Order): OrderEvent[] {
  const { confirmedAt, confirmedBy, cancelledAt, cancelledBy, cancelReason } = order;
  const events: OrderEvent[] = [
    { event: 'PLACED', occurredAt: order.createdAt, userId: order.customerId, reason: null },
  ];
  if (confirmedAt)
    events.push({ event: 'CONFIRMED', occurredAt: confirmedAt, userId: confirmedBy, reason: null });
  if (cancelledAt)
    events.push({ event: 'CANCELLED', occurredAt: cancelledAt, userId: cancelledBy, reason: cancelReason });
  return events;
}
