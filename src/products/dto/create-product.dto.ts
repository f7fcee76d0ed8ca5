import { PRICE_MAX_MINOR, toMinorUnits } from '../../common/money.js';
import { IntegerField, LineField, MoneyField } from '../../http/openapi/fields.js';
import { Trim } from '../../common/rules.js';
import type { NewProduct } from '../products.service.js';
import { STOCK_MAX } from '../product.entity.js';

export const PRODUCT_NAME_MAX = 200;

export class CreateProductDto {
  @LineField(1, PRODUCT_NAME_MAX, { example: 'Laptop' }) @Trim() readonly name!: string;

  @MoneyField(PRICE_MAX_MINOR, { example: 50000, description: 'At most two decimals.' })
  readonly price!: number;

  @IntegerField(0, STOCK_MAX, { example: 5 }) readonly stock_quantity!: number;

  toNewProduct(): NewProduct {
    return { name: this.name, priceMinor: toMinorUnits(this.price), stockQuantity: this.stock_quantity };
  }
}
