import { Injectable } from '@nestjs/common';
import type { AuthenticatedUser } from '../auth/access/authenticated-user.js';
import { DatabaseReader } from '../database/database.reader.js';
import { readVisible } from './order.reader.js';
import type { Order } from './order.entity.js';

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

type Transitions = Pick<
  Order,
  | 'version'
  | 'customerId'
  | 'createdAt'
  | 'confirmedAt'
  | 'confirmedBy'
  | 'cancelledAt'
  | 'cancelledBy'
  | 'cancelReason'
>;

const TRANSITIONS = `
  SELECT version, customer_id AS "customerId", created_at AS "createdAt",
         confirmed_at AS "confirmedAt", confirmed_by AS "confirmedBy",
         cancelled_at AS "cancelledAt", cancelled_by AS "cancelledBy", cancel_reason AS "cancelReason"
    FROM orders WHERE id = $1`;

@Injectable()
export class OrderHistoryReader {
  constructor(private readonly database: DatabaseReader) {}

  /** @throws OrderNotFoundError also when the order is somebody else's. */
  async get(id: number, caller: AuthenticatedUser): Promise<OrderHistory> {
    const order = await readVisible<Transitions>(this.database, TRANSITIONS, id, caller);
    return { orderId: id, version: order.version, events: eventsOf(order) };
  }
}

function eventsOf(order: Transitions): OrderEvent[] {
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
