import { ApiProperty } from '@nestjs/swagger';
import { fromMinor, PRICE_MAX_MINOR, TOTAL_MAX_MINOR } from '../common/money.js';
import { ApiId, ApiLine, ApiMoney, ApiTimestamp, ApiWholeNumber } from '../http/openapi/api-properties.js';
import { PRODUCT_NAME_MAX } from '../products/product.dto.js';
import {
  ORDER_EVENTS,
  ORDER_EVENTS_MAX,
  type OrderEvent,
  type OrderHistory,
} from './order-history.reader.js';
import type { OrderWithItems } from './order-row.js';
import { ORDER_STATUSES, type OrderStatus } from './order-status.js';
import { CANCEL_REASON_MAX } from './order.dto.js';
import { LINE_QUANTITY_MAX, ORDER_PRODUCTS_MAX } from './placement/merge-lines.js';

export class OrderItemResponseDto {
  @ApiId() readonly product_id!: number;

  @ApiLine(PRODUCT_NAME_MAX, {
    example: 'Laptop',
    description: "The product's name when the order was placed.",
  })
  readonly product_name!: string;

  @ApiWholeNumber({ minimum: 1, maximum: LINE_QUANTITY_MAX, example: 2 }) readonly quantity!: number;
  @ApiMoney(PRICE_MAX_MINOR, { example: 50000 }) readonly price_at_purchase!: number;
}

export class OrderResponseDto {
  @ApiId() readonly id!: number;
  @ApiId({ example: 2 }) readonly customer_id!: number;
  @ApiProperty({ enum: ORDER_STATUSES, example: 'PENDING' }) readonly status!: OrderStatus;
  @ApiMoney(TOTAL_MAX_MINOR, { example: 100000 }) readonly total_amount!: number;

  @ApiTimestamp({
    nullable: true,
    example: null,
    description:
      'From then on the order may be cancelled, and its stock returned, if it is still PENDING; null is never. ' +
      'Until it has been cancelled, it can be confirmed.',
  })
  readonly expires_at!: string | null;

  @ApiProperty({ type: [OrderItemResponseDto], minItems: 1, maxItems: ORDER_PRODUCTS_MAX })
  readonly items!: OrderItemResponseDto[];

  @ApiTimestamp() readonly created_at!: string;
  @ApiTimestamp() readonly updated_at!: string;

  static from(order: OrderWithItems): OrderResponseDto {
    return {
      id: order.id,
      customer_id: order.customerId,
      status: order.status,
      total_amount: fromMinor(order.totalMinor),
      expires_at: order.expiresAt?.toISOString() ?? null,
      items: order.items.map((item) => ({
        product_id: item.productId,
        product_name: item.productName,
        quantity: item.quantity,
        price_at_purchase: fromMinor(item.priceMinor),
      })),
      created_at: order.createdAt.toISOString(),
      updated_at: order.updatedAt.toISOString(),
    };
  }
}

export class OrderEventDto {
  @ApiProperty({ enum: ORDER_EVENTS, example: 'PLACED' }) readonly event!: OrderEvent['event'];
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

  static from({ orderId, events }: OrderHistory): OrderHistoryResponseDto {
    return {
      order_id: orderId,
      events: events.map(({ event, occurredAt, userId, reason }) => ({
        event,
        occurred_at: occurredAt.toISOString(),
        user_id: userId,
        reason,
      })),
    };
  }
}
