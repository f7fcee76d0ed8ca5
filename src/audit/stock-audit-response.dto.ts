import { ApiProperty } from '@nestjs/swagger';
import { ApiId, ApiWholeNumber } from '../http/openapi/api-properties.js';
import { type StockAudit, UNBALANCED_LISTED_MAX } from './stock.auditor.js';

/** Of a product that is off, even the stock may be below zero. */
const ANY_SIGN = { minimum: Number.MIN_SAFE_INTEGER };

export class UnbalancedProductDto {
  @ApiId() readonly product_id!: number;

  @ApiWholeNumber({ ...ANY_SIGN, description: 'Units put in by hand, less those taken out by hand.' })
  readonly put_in!: number;

  @ApiWholeNumber({ description: 'Units in orders that are not cancelled.' })
  readonly in_live_orders!: number;

  @ApiWholeNumber(ANY_SIGN) readonly stock_quantity!: number;

  @ApiWholeNumber({ ...ANY_SIGN, description: 'stock_quantity less what it must be.' })
  readonly difference!: number;
}

export class StockAuditResponseDto {
  @ApiProperty({ description: 'Whether every product has the stock it must have.' })
  readonly balanced!: boolean;

  @ApiWholeNumber({ example: 2 }) readonly products_checked!: number;
  @ApiWholeNumber({ example: 0 }) readonly unbalanced_count!: number;

  @ApiProperty({
    type: [UnbalancedProductDto],
    maxItems: UNBALANCED_LISTED_MAX,
    description: `The first ${UNBALANCED_LISTED_MAX}.`,
    example: [],
  })
  readonly unbalanced!: UnbalancedProductDto[];

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
    };
  }
}
