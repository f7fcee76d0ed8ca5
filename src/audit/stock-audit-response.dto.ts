import { ApiProperty } from '@nestjs/swagger';
import { ApiId, ApiWholeNumber } from '../http/openapi/api-properties.js';
import { type StockAudit, LISTED_MAX } from './audit-stock.js';

/** Of a product that is off, even the stock may be below zero. */
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

  static from(audit: StockAudit): StockAuditResponseDto {
    return {
      balanced: audit.balanced,
      products_checked: audit.productsChecked,
      unbalanced_count: audit.unbalancedCount,
      unbalanced: audit.unbalanced.map((product) => ({
        product_id: product.productId,
        put_in: product.putIn,
        in_live_orders: product.inLiveOrders,
        stock_quantity: product.stockQuantity,
        difference: product.difference,
      })),
      miscounted_count: audit.miscountedCount,
      miscounted: audit.miscounted.map((purchase) => ({
        product_id: purchase.productId,
        customer_id: purchase.customerId,
        counted: purchase.counted,
        in_live_orders: purchase.inLiveOrders,
      })),
    };
  }
}
