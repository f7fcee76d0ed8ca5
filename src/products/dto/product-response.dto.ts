import { ApiProperty } from '@nestjs/swagger';
import { fromMinor, PRICE_MAX_MINOR } from '../../common/money.js';
import { ApiId, ApiLine, ApiMoney, ApiTimestamp, ApiWholeNumber } from '../../http/openapi/api-properties.js';
import type { Product } from '../product.entity.js';
import { PRODUCT_NAME_MAX } from './create-product.dto.js';

export class ProductResponseDto {
  @ApiId() readonly id!: number;
  @ApiLine(PRODUCT_NAME_MAX, { example: 'Laptop' }) readonly name!: string;
  @ApiMoney(PRICE_MAX_MINOR, { example: 50000 }) readonly price!: number;
  @ApiWholeNumber({ example: 5 }) readonly stock_quantity!: number;
  @ApiProperty({ example: true }) readonly is_active!: boolean;
  @ApiTimestamp() readonly created_at!: string;
  @ApiTimestamp() readonly updated_at!: string;

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
