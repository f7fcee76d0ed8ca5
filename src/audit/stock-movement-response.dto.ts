import { ApiProperty } from '@nestjs/swagger';
import { MOVEMENT_KINDS } from './merge-movements.js';
import type { BalancedMovement } from './stock-movements.js';

export class StockMovementResponseDto {
  @ApiProperty({
    enum: MOVEMENT_KINDS,
    example: 'SOLD',
    description:
      'PUT_IN with the product, SOLD by an order, RETURNED by cancelling it, CORRECTED by a change of the product.',
  })
  readonly kind!: BalancedMovement['kind'];

  @ApiProperty({
    type: 'integer',
    example: -2,
    description: 'Units that came in; negative when they went out.',
  })
  readonly quantity!: number;

  @ApiProperty({ type: 'integer', example: 3, description: 'The stock that this movement left.' })
  readonly balance!: number;

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    nullable: true,
    example: 1,
    description: 'The order that sold or returned the units; null for the others.',
  })
  readonly order_id!: number | null;

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    nullable: true,
    example: 2,
    description: 'Who did it; null where that is not known.',
  })
  readonly user_id!: number | null;

  @ApiProperty({ format: 'date-time', example: '2026-01-31T12:00:00.000Z' })
  readonly occurred_at!: string;

  static from({ kind, quantity, balance, orderId, userId, at }: BalancedMovement): StockMovementResponseDto {
    const occurred_at = new Date(at).toISOString();
    return { kind, quantity, balance, order_id: orderId, user_id: userId, occurred_at };
  }
}
