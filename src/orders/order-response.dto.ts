import { ApiProperty } from '@nestjs/swagger';
import { PRICE_MAX_MINOR, TOTAL_MAX_MINOR } from '../common/money.js';
import { amount, jsonOf, list, type Members, number, text, time } from '../database/json.js';
import { ApiId, ApiLine, ApiMoney, ApiTimestamp, ApiWholeNumber } from '../http/openapi/api-properties.js';
import { PRODUCT_NAME_MAX } from '../products/product.dto.js';
import { REFERENCE_MAX } from '../products/stock-adjustment.entity.js';
import { ORDER_STATUSES, type OrderStatus } from './order-status.js';
import { LINE_QUANTITY_MAX, ORDER_PRODUCTS_MAX } from './placement/merge-lines.js';

export class OrderItemResponseDto {
  @ApiId() readonly product_id!: number;

  @ApiLine(PRODUCT_NAME_MAX, {
    example: 'Laptop',
    description: "The product's name when the order was placed.",
  })
  readonly product_name!: string;

  @ApiWholeNumber({ minimum: 1, maximum: LINE_QUANTITY_MAX, example: 2 }) readonly quantity!: number;
  @ApiMoney(PRICE_MAX_MINOR, { example: 50000 }) readonly price_at_purchase!: number;
}

const ITEM: Members<OrderItemResponseDto> = {
  product_id: number('product_id'),
  product_name: text('product_name'),
  quantity: number('quantity'),
  price_at_purchase: amount('price_minor'),
};

export class OrderResponseDto {
  @ApiId() readonly id!: number;
  @ApiId({ example: 2 }) readonly customer_id!: number;
  @ApiProperty({ enum: ORDER_STATUSES, example: 'PENDING' }) readonly status!: OrderStatus;
  @ApiMoney(TOTAL_MAX_MINOR, { example: 100000 }) readonly total_amount!: number;

  @ApiLine(REFERENCE_MAX, { nullable: true, example: null, description: "The caller's own number." })
  readonly reference!: string | null;

  @ApiTimestamp({
    nullable: true,
    example: null,
    description:
      'From this time on, the service may cancel the order and return its stock if it is still PENDING; ' +
      'null if it never expires. Until it has been cancelled, it can be confirmed.',
  })
  readonly expires_at!: string | null;

  @ApiProperty({ type: [OrderItemResponseDto], minItems: 1, maxItems: ORDER_PRODUCTS_MAX })
  readonly items!: OrderItemResponseDto[];

  @ApiTimestamp() readonly created_at!: string;
  @ApiTimestamp() readonly updated_at!: string;

  /** SQL for the JSON of a row of `orders`. `newOrder` writes the same for a new order. */
  static readonly json = jsonOf<OrderResponseDto>({
    id: number('id'),
    customer_id: number('customer_id'),
    status: text('status'),
    total_amount: amount('total_minor'),
    reference: text('reference'),
    expires_at: time('expires_at'),
    items: list(ITEM, 'FROM order_items WHERE order_id = orders.id ORDER BY product_id'),
    created_at: time('created_at'),
    updated_at: time('updated_at'),
  });
}
