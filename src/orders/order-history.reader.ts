import { Injectable } from '@nestjs/common';
import type { AuthenticatedUser } from '../auth/access/authenticated-user.js';
import { selecting } from '../database/columns.js';
import { DatabaseReader } from '../database/database.reader.js';
import type { Resource } from '../database/json.js';
import type { OrderEventDto, OrderHistoryResponseDto } from './order-history-response.dto.js';
import { Order, WAS_EXPIRED } from './order.entity.js';
import { readVisible } from './order.reader.js';

const PLACED = ['version', 'customerId', 'createdAt'] as const;
const CONFIRMED = ['confirmedAt', 'confirmedBy'] as const;
const CANCELLED = ['cancelledAt', 'cancelledBy', 'cancelReason'] as const;
const COLUMNS = [...PLACED, ...CONFIRMED, ...CANCELLED] as const;

type Transitions = Pick<Order, (typeof COLUMNS)[number]> & { readonly wasExpired: boolean };

const TRANSITIONS = `
  SELECT ${selecting(Order, COLUMNS)}, ${WAS_EXPIRED} AS "wasExpired" FROM orders WHERE id = $1::bigint`;

@Injectable()
export class OrderHistoryReader {
  constructor(private readonly database: DatabaseReader) {}

  /** @throws OrderNotFoundError also if the order is somebody else's. */
  async get(id: number, caller: AuthenticatedUser): Promise<Resource> {
    const order = await readVisible<Transitions>(this.database, TRANSITIONS, id, caller);
    const history: OrderHistoryResponseDto = { order_id: id, events: eventsOf(order) };
    return { id, version: order.version, json: JSON.stringify(history) };
  }
}

function eventsOf(order: Transitions): OrderEventDto[] {
  const events = [eventAt(order.createdAt, 'PLACED', order.customerId)];
  if (order.confirmedAt) events.push(eventAt(order.confirmedAt, 'CONFIRMED', order.confirmedBy));
  const end = order.wasExpired ? 'EXPIRED' : 'CANCELLED';
  if (order.cancelledAt) events.push(eventAt(order.cancelledAt, end, order.cancelledBy, order.cancelReason));
  return events;
}

function eventAt(
  time: Date,
  event: OrderEventDto['event'],
  userId: number | null,
  reason: string | null = null,
): OrderEventDto {
  return { event, occurred_at: time.toISOString(), user_id: userId, reason };
}
