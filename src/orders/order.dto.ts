import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, ValidateNested } from 'class-validator';
import { toMinorUnits, TOTAL_MAX_MINOR } from '../common/money.js';
import { FromDigits, FromText, Trim } from '../common/rules.js';
import {
  EnumField,
  Field,
  IdField,
  IntegerField,
  LineField,
  RoundedMoneyField,
  TimestampField,
} from '../http/openapi/fields.js';
import { HoldsNoLists } from '../http/validation/rules.js';
import { FILTERED_MAX } from '../pagination/list-statement.js';
import { PageQueryDto } from '../pagination/page-query.dto.js';
import { REFERENCE_MAX } from '../products/stock-adjustment.entity.js';
import { ORDER_STATUSES, type OrderStatus } from './order-status.js';
import { LINE_QUANTITY_MAX, mergeLines, ORDER_PRODUCTS_MAX } from './placement/merge-lines.js';
import { hashRequest, newPlacementKey, type PlacementRequest } from './placement/placement-request.js';

/** Lines of one body, before those with the same product are merged. */
const BODY_LINES_MAX = 5_000;

export class PlaceOrderLineDto {
  @IdField({ example: 1 }) readonly product_id!: number;
  @IntegerField(1, LINE_QUANTITY_MAX, { example: 2 }) readonly quantity!: number;
}

export class PlaceOrderDto {
  @Field(
    {
      type: [PlaceOrderLineDto],
      minItems: 1,
      maxItems: BODY_LINES_MAX,
      description: `${ORDER_PRODUCTS_MAX} products at most. Lines with the same product are merged.`,
    },
    IsArray(),
    ArrayMinSize(1),
    ArrayMaxSize(BODY_LINES_MAX),
    HoldsNoLists(),
    ValidateNested({ each: true }),
  )
  @Type(() => PlaceOrderLineDto)
  readonly items!: PlaceOrderLineDto[];

  @RoundedMoneyField(TOTAL_MAX_MINOR, {
    required: false,
    description:
      'The total that the buyer agreed to, rounded to two decimals. If the actual total differs, the ' +
      'order is refused.',
  })
  readonly expected_total?: number;

  @LineField(1, REFERENCE_MAX, {
    required: false,
    description: 'Your own number for the order. It need not be unique and cannot be changed.',
  })
  @Trim()
  readonly reference?: string;

  /** @throws ValidationFailedError if the merged lines exceed the limits of an order. */
  toRequest(customerId: number, idempotencyKey?: string): PlacementRequest {
    const { items, expected_total, ...others } = this;
    const lines = mergeLines(items.map(({ product_id, quantity }) => ({ productId: product_id, quantity })));
    const expectedTotalMinor = expected_total === undefined ? undefined : toMinorUnits(expected_total);
    const hasKey = idempotencyKey !== undefined;
    return {
      customerId,
      placementKey: idempotencyKey ?? newPlacementKey(),
      requestHash: hasKey ? hashRequest(lines, expectedTotalMinor, others) : null,
      mayBePlaced: hasKey,
      reference: this.reference ?? null,
      lines,
      expectedTotalMinor,
    };
  }
}

export const CANCEL_REASON_MAX = 200;

export class CancelOrderDto {
  @LineField(1, CANCEL_REASON_MAX, {
    required: false,
    example: 'Ordered by mistake.',
    description: "One line of text for the order's history, visible to its owner and to admins.",
  })
  @Trim()
  readonly reason?: string;
}

export class ListOrdersQueryDto extends PageQueryDto {
  @EnumField(ORDER_STATUSES, { required: false, description: 'Case-insensitive.' })
  @FromText((text) => text.toUpperCase())
  readonly status?: OrderStatus;

  @IdField({ required: false, description: 'Admins only; customers always see just their own orders.' })
  @FromDigits()
  readonly customer_id?: number;

  @LineField(1, REFERENCE_MAX, { required: false, description: 'Exactly this reference, case-sensitive.' })
  @Trim()
  readonly reference?: string;

  @TimestampField({ required: false, description: 'Placed at this time or later.' })
  readonly created_from?: string;

  @TimestampField({ required: false, description: 'Placed before this time.' })
  readonly created_to?: string;

  @IdField({
    required: false,
    description:
      'Orders that contain this product. With `customer_id`, `status` or `reference`, and always for ' +
      `customers, each page searches ${FILTERED_MAX} orders, so it may have fewer rows than \`limit\`; ` +
      'continue with `next_cursor`.',
  })
  @FromDigits()
  readonly product_id?: number;
}
