import { ApiProperty } from '@nestjs/swagger';
import { fromMinor, PRICE_MAX_MINOR, TOTAL_MAX_MINOR } from '../../common/money.js';
import { ApiMoney } from '../../common/validation/is-money.js';
import type { OrderWithItems } from '../order-row.js';
import { ORDER_STATUSES, type OrderStatus } from '../order-status.js';

export class OrderItemResponseDto {
  @ApiProperty({ type: 'integer', minimum: 1, example: 1 })
  readonly product_id!: number;

  @ApiProperty({ example: 'Laptop', description: "The product's name when the order was placed." })
  readonly product_name!: string;

  @ApiProperty({ type: 'integer', minimum: 1, example: 2 })
  readonly quantity!: number;

  @ApiMoney(PRICE_MAX_MINOR, { example: 50000 })
  readonly price_at_purchase!: number;
}

export class OrderResponseDto {
  @ApiProperty({ type: 'integer', minimum: 1, example: 1 })
  readonly id!: number;

  @ApiProperty({ type: 'integer', minimum: 1, example: 2 })
  readonly customer_id!: number;

  @ApiProperty({ enum: ORDER_STATUSES, example: 'PENDING' })
  readonly status!: OrderStatus;

  @ApiMoney(TOTAL_MAX_MINOR, { example: 100000 })
  readonly total_amount!: number;

  @ApiProperty({ type: [OrderItemResponseDto] })
  readonly items!: OrderItemResponseDto[];

  @ApiProperty({ format: 'date-time', example: '2026-01-31T12:00:00.000Z' })
  readonly created_at!: string;

  @ApiProperty({ format: 'date-time', example: '2026-01-31T12:00:00.000Z' })
  readonly updated_at!: string;

  static from(order: OrderWithItems): OrderResponseDto {
    return {
      id: order.id,
      customer_id: order.customerId,
      status: order.status,
      total_amount: fromMinor(order.totalMinor),
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
