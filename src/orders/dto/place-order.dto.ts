import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, ValidateNested } from 'class-validator';
import { TOTAL_MAX_MINOR, toMinorUnits } from '../../common/money.js';
import { Field, IdField, IntegerField, RoundedMoneyField } from '../../http/openapi/fields.js';
import { HoldsNoLists } from '../../http/validation/rules.js';
import { LINE_QUANTITY_MAX, mergeLines, ORDER_PRODUCTS_MAX } from '../placement/merge-lines.js';
import { hashRequest, newPlacementKey, type PlacementRequest } from '../placement/placement-request.js';

/** Lines of one body before those with the same product are merged. */
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
      description: `Lines with the same product are merged; ${ORDER_PRODUCTS_MAX} products at most.`,
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
    example: 100000,
    description:
      'The total that the buyer agreed to, rounded to two decimals. If the order comes to another, it is refused.',
  })
  readonly expected_total?: number;

  /** @throws ValidationFailedError when the merged lines exceed the limits of an order. */
  toRequest(customerId: number, idempotencyKey?: string): PlacementRequest {
    const lines = mergeLines(
      this.items.map(({ product_id, quantity }) => ({ productId: product_id, quantity })),
    );
    const expectedTotalMinor =
      this.expected_total === undefined ? undefined : toMinorUnits(this.expected_total);
    const hasKey = idempotencyKey !== undefined;
    return {
      customerId,
      placementKey: idempotencyKey ?? newPlacementKey(),
      requestHash: hasKey ? hashRequest(lines, expectedTotalMinor) : null,
      mayBePlaced: hasKey,
      lines,
      expectedTotalMinor,
    };
  }
}
