import { ApiProperty } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { PRICE_MAX_MINOR, toMinorUnits } from '../../common/money.js';
import { ApiLine } from '../../http/openapi/api-properties.js';
import { IsMoney } from '../../http/validation/is-money.js';
import { HasAtLeast, HasAtMost, IsCleanText, IsIntegerBetween, Trim } from '../../http/validation/rules.js';
import type { NewProduct } from '../products.service.js';
import { STOCK_MAX } from '../stock.js';

export const PRODUCT_NAME_MAX = 200;

export class CreateProductDto {
  @ApiLine(PRODUCT_NAME_MAX, { example: 'Laptop' })
  @HasAtMost(PRODUCT_NAME_MAX)
  @HasAtLeast(1)
  @IsCleanText()
  @IsString()
  @Trim()
  readonly name!: string;

  @IsMoney(PRICE_MAX_MINOR, { example: 50000, description: 'At most two decimals.' })
  readonly price!: number;

  @ApiProperty({ type: 'integer', minimum: 0, maximum: STOCK_MAX, example: 5 })
  @IsIntegerBetween(0, STOCK_MAX)
  readonly stock_quantity!: number;

  toNewProduct(): NewProduct {
    return { name: this.name, priceMinor: toMinorUnits(this.price), stockQuantity: this.stock_quantity };
  }
}
