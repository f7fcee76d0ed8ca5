import { ApiProperty } from '@nestjs/swagger';
import { ApiId, ApiTimestamp, ApiWholeNumber } from '../http/openapi/api-properties.js';
import { STOCK_MAX } from '../products/product.entity.js';
import { type BalancedMovement, MOVEMENT_KINDS } from './merge-movements.js';

/** Times of old rows do not tell their order exactly, so that a balance may seem to be below zero. */
const ANY_SIGN = { minimum: Number.MIN_SAFE_INTEGER };

export class StockMovementResponseDto {
  @ApiProperty({
    enum: MOVEMENT_KINDS,
    example: 'SOLD',
    description:
      'PUT_IN with the product, SOLD by an order, RETURNED by cancelling it, EXPIRED when it came back because ' +
      'nobody confirmed the order in time, CORRECTED by a change of the product.',
  })
  readonly kind!: BalancedMovement['kind'];

  @ApiWholeNumber({
    minimum: -STOCK_MAX,
    maximum: STOCK_MAX,
    example: -2,
    description: 'Units that came in; negative when they went out.',
  })
  readonly quantity!: number;

  @ApiWholeNumber({ ...ANY_SIGN, example: 3, description: 'The stock that this movement left.' })
  readonly balance!: number;

  @ApiId({
    nullable: true,
    example: 1,
    description: 'The order that sold or returned the units; null for the others.',
  })
  readonly order_id!: number | null;

  @ApiId({
    nullable: true,
    example: 2,
    description: 'Who did it; null for EXPIRED, and where that is not known.',
  })
  readonly user_id!: number | null;

  @ApiTimestamp() readonly occurred_at!: string;

  static from({ kind, quantity, balance, orderId, userId, at }: BalancedMovement): StockMovementResponseDto {
    const occurred_at = new Date(at).toISOString();
    return { kind, quantity, balance, order_id: orderId, user_id: userId, occurred_at };
  }
}
