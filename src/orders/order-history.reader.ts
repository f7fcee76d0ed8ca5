import { Injectable } from '@nestjs/common';
import type { AuthenticatedUser } from '../auth/access/authenticated-user.js';
import { selecting } from '../database/columns.js';
import { DatabaseReader } from '../database/database.reader.js';
import { readVisible } from './order.reader.js';
import { Order, WAS_EXPIRED } from './order.entity.js';

/** An order that expires is cancelled by nobody. */
export const ORDER_EVENTS = ['PLACED', 'CONFIRMED', 'CANCELLED', 'EXPIRED'] as const;
/** Nothing happens to an order twice, and what is confirmed does not expire. */
export const ORDER_EVENTS_MAX = 3;

/** Something that happened to an order. */
export interface OrderEvent {
  readonly event: (typeof ORDER_EVENTS)[number];
  readonly occurredAt: Date;
  /** Who did it; null for EXPIRED, and for events older than this field. */
  readonly userId: number | null;
  /** Why the order was cancelled, if a reason was given. */
  readonly reason: string | null;
}

export interface OrderHistory {
  readonly orderId: number;
  readonly version: number;
  /** Oldest first. */
  readonly events: readonly OrderEvent[];
}

const PLACED = ['version', 'customerId', 'createdAt'] as const;
const CONFIRMED = ['confirmedAt', 'confirmedBy'] as const;
const CANCELLED = ['cancelledAt', 'cancelledBy', 'cancelReason'] as const;
const COLUMNS = [...PLACED, ...CONFIRMED, ...CANCELLED] as const;

type Transitions = Pick<Order, (typeof COLUMNS)[number]> & { readonly wasExpired: boolean };

const TRANSITIONS = `
  SELECT ${selecting(Order, COLUMNS)}, ${WAS_EXPIRED} AS "wasExpired" FROM orders WHERE id = $1`;

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
  const event = order.wasExpired ? 'EXPIRED' : 'CANCELLED';
  if (cancelledAt) events.push({ event, occurredAt: cancelledAt, userId: cancelledBy, reason: cancelReason });
  return events;
}
