import { ApiProperty } from '@nestjs/swagger';
import { PRICE_MAX_MINOR, toMinorUnits } from '../common/money.js';
import { FromBooleanWord, Rule, Trim } from '../common/rules.js';
import { amount, flag, jsonOf, number, text, time } from '../database/json.js';
import { ApiId, ApiLine, ApiMoney, ApiTimestamp, ApiWholeNumber } from '../http/openapi/api-properties.js';
import {
  BooleanField,
  Field,
  IntegerField,
  LineField,
  MoneyField,
  TimestampField,
} from '../http/openapi/fields.js';
import { ID_MAX } from '../http/validation/rules.js';
import { PageQueryDto } from '../pagination/page-query.dto.js';
import type { NewProduct, ProductChange } from './product-change.js';
import { PER_CUSTOMER_MAX, SKU_MAX, STOCK_MAX } from './product.entity.js';
import { REASON_MAX, REFERENCE_MAX } from './stock-adjustment.entity.js';

export const PRODUCT_NAME_MAX = 200;

class ProductDetailsDto {
  @LineField(1, SKU_MAX, {
    required: false,
    nullable: true,
    example: null,
    description: 'Your own code for the product, unique and case-sensitive; null for none.',
  })
  @Trim()
  readonly sku?: string | null;

  @IntegerField(1, PER_CUSTOMER_MAX, {
    required: false,
    nullable: true,
    example: null,
    description: 'Units that one customer may have in orders that are not cancelled; null for no limit.',
  })
  readonly max_per_customer?: number | null;

  @TimestampField({
    required: false,
    nullable: true,
    example: null,
    description: 'Start of the sale; null if the product is on sale without a start time.',
  })
  readonly sale_starts_at?: string | null;

  @TimestampField({
    required: false,
    nullable: true,
    example: null,
    description: 'End of the sale (exclusive), later than `sale_starts_at`; null for no end.',
  })
  readonly sale_ends_at?: string | null;
}

const asTime = (text: string | null | undefined) => (typeof text === 'string' ? new Date(text) : text);

export class CreateProductDto extends ProductDetailsDto {
  @LineField(1, PRODUCT_NAME_MAX, { example: 'Laptop' }) @Trim() readonly name!: string;

  @MoneyField(PRICE_MAX_MINOR, { example: 50000, description: 'At most two decimals.' })
  readonly price!: number;

  @IntegerField(0, STOCK_MAX, { example: 5 }) readonly stock_quantity!: number;

  toNewProduct(): NewProduct {
    return {
      sku: this.sku ?? null,
      name: this.name,
      priceMinor: toMinorUnits(this.price),
      stockQuantity: this.stock_quantity,
      maxPerCustomer: this.max_per_customer ?? null,
      saleStartsAt: asTime(this.sale_starts_at) ?? null,
      saleEndsAt: asTime(this.sale_ends_at) ?? null,
    };
  }
}

/** Omitted fields keep their values. A request has `stock_delta` or `stock_quantity`, but not both. */
export class UpdateProductDto extends ProductDetailsDto {
  @LineField(1, PRODUCT_NAME_MAX, { required: false }) @Trim() readonly name?: string;

  @MoneyField(PRICE_MAX_MINOR, {
    required: false,
    description: 'At most two decimals. Existing orders keep their prices.',
  })
  readonly price?: number;

  @BooleanField({
    required: false,
    description: 'Inactive products cannot be ordered and are not listed.',
  })
  readonly is_active?: boolean;

  @IntegerField(-STOCK_MAX, STOCK_MAX, {
    required: false,
    example: 10,
    description: 'Units to add, or to remove if negative. The stock cannot fall below zero.',
  })
  readonly stock_delta?: number;

  @IntegerField(0, STOCK_MAX, {
    required: false,
    description:
      'The counted stock. Requires If-Match, so that sales made in the meantime are not overwritten.',
  })
  readonly stock_quantity?: number;

  @LineField(1, REFERENCE_MAX, {
    required: false,
    description:
      'Your own number for the change of stock, such as a delivery note. Shown in the stock history.',
  })
  @Trim()
  readonly reference?: string;

  @LineField(1, REASON_MAX, {
    required: false,
    description: 'Why the stock changes. Shown in the stock history.',
  })
  @Trim()
  readonly reason?: string;

  toChange(): ProductChange {
    return {
      sku: this.sku,
      name: this.name,
      priceMinor: this.price === undefined ? undefined : toMinorUnits(this.price),
      isActive: this.is_active,
      maxPerCustomer: this.max_per_customer,
      saleStartsAt: asTime(this.sale_starts_at),
      saleEndsAt: asTime(this.sale_ends_at),
      stockDelta: this.stock_delta,
      stockQuantity: this.stock_quantity,
      reference: this.reference,
      reason: this.reason,
    };
  }
}

const IDS_MAX = 100;
const IDS = '^[1-9][0-9]*(,[1-9][0-9]*)*$';
const IDS_FORM = new RegExp(IDS);
const IDS_LENGTH_MAX = IDS_MAX * 17 - 1;

function isListOfIds(value: unknown): boolean {
  if (typeof value !== 'string' || !IDS_FORM.test(value)) return false;
  const ids = value.split(',');
  return ids.length <= IDS_MAX && ids.every((id) => Number(id) <= ID_MAX);
}

export class ListProductsQueryDto extends PageQueryDto {
  @Field(
    {
      required: false,
      type: 'string',
      maxLength: IDS_LENGTH_MAX,
      pattern: IDS,
      example: '1,2',
      description: `Only these products: 1 to ${IDS_MAX} ids, separated by commas. Unknown ids are ignored.`,
    },
    Rule('ids', `must be 1 to ${IDS_MAX} ids, separated by commas`, isListOfIds),
  )
  readonly ids?: string;

  @LineField(1, SKU_MAX, { required: false, description: 'Only the product with exactly this sku.' })
  @Trim()
  readonly sku?: string;

  @BooleanField({
    required: false,
    default: false,
    description: 'Include inactive products. Admins only.',
  })
  @FromBooleanWord()
  readonly include_inactive: boolean = false;
}

export class ProductResponseDto {
  @ApiId() readonly id!: number;
  @ApiLine(SKU_MAX, { nullable: true, example: null }) readonly sku!: string | null;
  @ApiLine(PRODUCT_NAME_MAX, { example: 'Laptop' }) readonly name!: string;
  @ApiMoney(PRICE_MAX_MINOR, { example: 50000 }) readonly price!: number;
  @ApiWholeNumber({ example: 5 }) readonly stock_quantity!: number;
  @ApiProperty({ example: true }) readonly is_active!: boolean;

  @ApiWholeNumber({ minimum: 1, maximum: PER_CUSTOMER_MAX, nullable: true, example: null })
  readonly max_per_customer!: number | null;

  @ApiTimestamp({ nullable: true, example: null }) readonly sale_starts_at!: string | null;
  @ApiTimestamp({ nullable: true, example: null }) readonly sale_ends_at!: string | null;
  @ApiTimestamp() readonly created_at!: string;
  @ApiTimestamp() readonly updated_at!: string;

  /** SQL for the JSON of a row of `products`. */
  static readonly json = jsonOf<ProductResponseDto>({
    id: number('id'),
    sku: text('sku'),
    name: text('name'),
    price: amount('price_minor'),
    stock_quantity: number('stock_quantity'),
    is_active: flag('is_active'),
    max_per_customer: number('max_per_customer'),
    sale_starts_at: time('sale_starts_at'),
    sale_ends_at: time('sale_ends_at'),
    created_at: time('created_at'),
    updated_at: time('updated_at'),
  });
}
