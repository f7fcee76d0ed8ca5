import { ApiProperty } from '@nestjs/swagger';
import { ApiId, ApiLine, ApiTimestamp, ApiWholeNumber } from '../http/openapi/api-properties.js';
import { STOCK_MAX } from '../products/product.entity.js';
import { REASON_MAX, REFERENCE_MAX } from '../products/stock-adjustment.entity.js';
import { type BalancedMovement, MOVEMENT_KINDS } from './merge-movements.js';

/** The times of old rows do not give their exact order, so a balance may seem to be negative. */
const ANY_SIGN = { minimum: Number.MIN_SAFE_INTEGER };

export class StockMovementResponseDto {
  @ApiProperty({
    enum: MOVEMENT_KINDS,
    example: 'SOLD',
    description:
      'PUT_IN: the initial stock. SOLD: taken by an order. RETURNED: the order was cancelled. EXPIRED: the ' +
      'order was not confirmed in time. CORRECTED: changed by an admin.',
  })
  readonly kind!: BalancedMovement['kind'];

  @ApiWholeNumber({
    minimum: -STOCK_MAX,
    maximum: STOCK_MAX,
    example: -2,
    description: 'Units added; negative if they were removed.',
  })
  readonly quantity!: number;

  @ApiWholeNumber({ ...ANY_SIGN, example: 3, description: 'The stock after this movement.' })
  readonly balance!: number;

  @ApiId({
    nullable: true,
    example: 1,
    description: 'The order that took or returned the units; null for other movements.',
  })
  readonly order_id!: number | null;

  @ApiId({
    nullable: true,
    example: 2,
    description: 'Who did it; null for EXPIRED, or if unknown.',
  })
  readonly user_id!: number | null;

  @ApiLine(REFERENCE_MAX, {
    nullable: true,
    example: null,
    description: "The caller's own number for the order or the change of stock.",
  })
  readonly reference!: string | null;

  @ApiLine(REASON_MAX, {
    nullable: true,
    example: null,
    description: 'Why the order was cancelled, or the stock changed.',
  })
  readonly reason!: string | null;

  @ApiTimestamp() readonly occurred_at!: string;

  static from({ orderId, userId, at, ...movement }: BalancedMovement): StockMovementResponseDto {
    const { kind, quantity, balance, reference, reason } = movement;
    const occurred_at = new Date(at).toISOString();
    return { kind, quantity, balance, order_id: orderId, user_id: userId, reference, reason, occurred_at };
  }
}
