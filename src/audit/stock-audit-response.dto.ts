import { ApiProperty } from '@nestjs/swagger';
import { type StockAudit, UNBALANCED_LISTED_MAX } from './stock-audit.js';

export class UnbalancedProductDto {
  @ApiProperty({ type: 'integer' })
  readonly product_id!: number;

  @ApiProperty({ type: 'integer', description: 'Units put in by hand, less those taken out by hand.' })
  readonly put_in!: number;

  @ApiProperty({ type: 'integer', description: 'Units in orders that are not cancelled.' })
  readonly in_live_orders!: number;

  @ApiProperty({ type: 'integer' })
  readonly stock_quantity!: number;

  @ApiProperty({ type: 'integer', description: 'stock_quantity less what it must be.' })
  readonly difference!: number;
}

export class StockAuditResponseDto {
  @ApiProperty({ description: 'Whether every product has the stock it must have.' })
  readonly balanced!: boolean;

  @ApiProperty({ type: 'integer', example: 2 })
  readonly products_checked!: number;

  @ApiProperty({ type: 'integer', example: 0 })
  readonly unbalanced_count!: number;

  @ApiProperty({
    type: [UnbalancedProductDto],
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
