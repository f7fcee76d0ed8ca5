import { ApiProperty } from '@nestjs/swagger';
import { ApiId, ApiLine, ApiTimestamp } from '../http/openapi/api-properties.js';
import { CANCEL_REASON_MAX } from './order.dto.js';

const ORDER_EVENTS = ['PLACED', 'CONFIRMED', 'CANCELLED', 'EXPIRED'] as const;
/** Nothing happens to an order twice, and a confirmed order does not expire. */
const ORDER_EVENTS_MAX = 3;

export class OrderEventDto {
  @ApiProperty({ enum: ORDER_EVENTS, example: 'PLACED' }) readonly event!: (typeof ORDER_EVENTS)[number];
  @ApiTimestamp() readonly occurred_at!: string;

  @ApiId({
    nullable: true,
    example: 2,
    description: 'Who did it; null for EXPIRED, and for events older than this field.',
  })
  readonly user_id!: number | null;

  @ApiLine(CANCEL_REASON_MAX, {
    nullable: true,
    example: null,
    description: 'Why the order was cancelled, if a reason was given.',
  })
  readonly reason!: string | null;
}

const EXAMPLE: OrderEventDto[] = [
  { event: 'PLACED', occurred_at: '2026-01-31T12:00:00.000Z', user_id: 2, reason: null },
  { event: 'CONFIRMED', occurred_at: '2026-01-31T12:05:00.000Z', user_id: 1, reason: null },
  { event: 'CANCELLED', occurred_at: '2026-01-31T18:30:00.000Z', user_id: 2, reason: 'Ordered by mistake.' },
];

export class OrderHistoryResponseDto {
  @ApiId() readonly order_id!: number;

  @ApiProperty({
    type: [OrderEventDto],
    minItems: 1,
    maxItems: ORDER_EVENTS_MAX,
    description: 'Oldest first.',
    example: EXAMPLE,
  })
  readonly events!: OrderEventDto[];
}
