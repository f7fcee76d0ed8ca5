import { ApiProperty } from '@nestjs/swagger';
import { ApiId, ApiWholeNumber } from '../http/openapi/api-properties.js';

/** The counts include what is not listed. */
export const LISTED_MAX = 100;

/** Where the data is wrong, even the stock may be negative. */
const ANY_SIGN = { minimum: Number.MIN_SAFE_INTEGER };

export class UnbalancedProductDto {
  @ApiId() readonly product_id!: number;

  @ApiWholeNumber({ ...ANY_SIGN, description: 'Units put in by admins, less those taken out by admins.' })
  readonly put_in!: number;

  @ApiWholeNumber({ description: 'Units in orders that are not cancelled.' })
  readonly in_live_orders!: number;

  @ApiWholeNumber(ANY_SIGN) readonly stock_quantity!: number;

  @ApiWholeNumber({ ...ANY_SIGN, description: '`stock_quantity` minus its expected value.' })
  readonly difference!: number;
}

export class MiscountedPurchaseDto {
  @ApiId() readonly product_id!: number;
  @ApiId() readonly customer_id!: number;
  @ApiWholeNumber({ description: 'Units counted towards the limit.' }) readonly counted!: number;
  @ApiWholeNumber({ description: 'Units in orders that are not cancelled.' })
  readonly in_live_orders!: number;
}

export class StockAuditResponseDto {
  @ApiProperty({
    description:
      'Whether the stock of every product is right, and the units counted towards every purchase limit ' +
      'as well.',
  })
  readonly balanced!: boolean;

  @ApiWholeNumber({ example: 2 }) readonly products_checked!: number;
  @ApiWholeNumber({ example: 0 }) readonly unbalanced_count!: number;

  @ApiProperty({
    type: [UnbalancedProductDto],
    maxItems: LISTED_MAX,
    description: `Products whose stock is wrong; the first ${LISTED_MAX}.`,
    example: [],
  })
  readonly unbalanced!: UnbalancedProductDto[];

  @ApiWholeNumber({ example: 0 }) readonly miscounted_count!: number;

  @ApiProperty({
    type: [MiscountedPurchaseDto],
    maxItems: LISTED_MAX,
    description: `Customers whose units of a limited product are counted wrong; the first ${LISTED_MAX}.`,
    example: [],
  })
  readonly miscounted!: MiscountedPurchaseDto[];
}
