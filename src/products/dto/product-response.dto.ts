import { ApiProperty } from '@nestjs/swagger';
import { fromMinor, PRICE_MAX_MINOR } from '../../common/money.js';
import { ApiMoney } from '../../common/validation/is-money.js';
import type { Product } from '../product.entity.js';

export class ProductResponseDto {
  @ApiProperty({ type: 'integer', minimum: 1, example: 1 })
  readonly id!: number;

  @ApiProperty({ example: 'Laptop' })
  readonly name!: string;

  @ApiMoney(PRICE_MAX_MINOR, { example: 50000 })
  readonly price!: number;

  @ApiProperty({ type: 'integer', minimum: 0, example: 5 })
  readonly stock_quantity!: number;

  @ApiProperty({ example: true })
  readonly is_active!: boolean;

  @ApiProperty({ format: 'date-time', example: '2026-01-31T12:00:00.000Z' })
  readonly created_at!: string;

  @ApiProperty({ format: 'date-time', example: '2026-01-31T12:00:00.000Z' })
  readonly updated_at!: string;

  static from(product: Product): ProductResponseDto {
    return {
      id: product.id,
      name: product.name,
      price: fromMinor(product.priceMinor),
      stock_quantity: product.stockQuantity,
      is_active: product.isActive,
      created_at: product.createdAt.toISOString(),
      updated_at: product.updatedAt.toISOString(),
    };
  }
}
