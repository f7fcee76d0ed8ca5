import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsString } from 'class-validator';
import { PRICE_MAX_MINOR, toMinorUnits } from '../../common/money.js';
import { ApiLine } from '../../http/openapi/api-properties.js';
import { IsMoney } from '../../http/validation/is-money.js';
import {
  HasAtLeast,
  HasAtMost,
  IsCleanText,
  IsIntegerBetween,
  IsOptionalButNotNull,
  Trim,
} from '../../http/validation/rules.js';
import type { ProductChange } from '../product-change.js';
import { STOCK_MAX } from '../stock.js';
import { PRODUCT_NAME_MAX } from './create-product.dto.js';

/** What is left out stays as it is. Stock changes by `stock_delta` or `stock_quantity`, not by both. */
export class UpdateProductDto {
  @ApiLine(PRODUCT_NAME_MAX, { required: false })
  @HasAtMost(PRODUCT_NAME_MAX)
  @HasAtLeast(1)
  @IsCleanText()
  @IsString()
  @Trim()
  @IsOptionalButNotNull()
  readonly name?: string;

  @IsMoney(PRICE_MAX_MINOR, {
    required: false,
    description: 'At most two decimals. Orders placed before keep their price.',
  })
  @IsOptionalButNotNull()
  readonly price?: number;

  @ApiPropertyOptional({ description: 'Products that are not active cannot be ordered and are not listed.' })
  @IsBoolean()
  @IsOptionalButNotNull()
  readonly is_active?: boolean;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: -STOCK_MAX,
    maximum: STOCK_MAX,
    example: 10,
    description: 'Units to add, or to take out when negative. Refused below zero.',
  })
  @IsIntegerBetween(-STOCK_MAX, STOCK_MAX)
  @IsOptionalButNotNull()
  readonly stock_delta?: number;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    maximum: STOCK_MAX,
    description: 'The stock as counted. Needs If-Match, so that what was sold meanwhile is not overwritten.',
  })
  @IsIntegerBetween(0, STOCK_MAX)
  @IsOptionalButNotNull()
  readonly stock_quantity?: number;

  toChange(): ProductChange {
    return {
      name: this.name,
      priceMinor: this.price === undefined ? undefined : toMinorUnits(this.price),
      isActive: this.is_active,
      stockDelta: this.stock_delta,
      stockQuantity: this.stock_quantity,
    };
  }
}
