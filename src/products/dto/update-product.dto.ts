import { PRICE_MAX_MINOR, toMinorUnits } from '../../common/money.js';
import { BooleanField, IntegerField, LineField, MoneyField } from '../../http/openapi/fields.js';
import { Trim } from '../../common/rules.js';
import type { ProductChange } from '../product-change.js';
import { STOCK_MAX } from '../product.entity.js';
import { PRODUCT_NAME_MAX } from './create-product.dto.js';

/** What is left out stays as it is. Stock changes by `stock_delta` or `stock_quantity`, not by both. */
export class UpdateProductDto {
  @LineField(1, PRODUCT_NAME_MAX, { required: false }) @Trim() readonly name?: string;

  @MoneyField(PRICE_MAX_MINOR, {
    required: false,
    description: 'At most two decimals. Orders placed before keep their price.',
  })
  readonly price?: number;

  @BooleanField({
    required: false,
    description: 'Products that are not active cannot be ordered and are not listed.',
  })
  readonly is_active?: boolean;

  @IntegerField(-STOCK_MAX, STOCK_MAX, {
    required: false,
    example: 10,
    description: 'Units to add, or to take out when negative. Refused below zero.',
  })
  readonly stock_delta?: number;

  @IntegerField(0, STOCK_MAX, {
    required: false,
    description: 'The stock as counted. Needs If-Match, so that what was sold meanwhile is not overwritten.',
  })
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
