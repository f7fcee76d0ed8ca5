import { Check, Column, Entity, Index, Unique } from 'typeorm';
import { IdColumn, NullableTimeColumn, VersionedRow } from '../database/columns.js';
import { CONSTRAINTS } from '../database/constraint-names.js';

/** The maximum stock of one product. */
export const STOCK_MAX = 1_000_000_000;
export const SKU_MAX = 64;
/** The highest possible limit per customer. */
export const PER_CUSTOMER_MAX = 1_000_000;

@Entity('products')
@Check('ck_products_stock_nonnegative', 'stock_quantity >= 0')
@Check('ck_products_price_range', 'price_minor BETWEEN 0 AND 9999999999')
@Check('ck_products_max_per_customer_range', 'max_per_customer BETWEEN 1 AND 1000000')
@Check('ck_products_sale_window', 'sale_ends_at > sale_starts_at')
@Unique(CONSTRAINTS.productsSku, ['sku'])
@Index('ix_products_active_id', ['id'], { where: 'is_active' })
export class Product extends VersionedRow {
  @IdColumn('pk_products') id!: number;

  /** The seller's own name for the product. */
  @Column('varchar', { length: SKU_MAX, nullable: true }) sku!: string | null;

  @Column('varchar', { length: 200 }) name!: string;
  @Column('bigint', { name: 'price_minor' }) priceMinor!: number;

  /** Whole units. Cancelled orders can raise it above `STOCK_MAX`. */
  @Column('bigint', { name: 'stock_quantity' }) stockQuantity!: number;
  @Column('boolean', { name: 'is_active', default: true }) isActive!: boolean;

  /** Units that one customer may have in orders that are not cancelled; null means no limit. */
  @Column('integer', { name: 'max_per_customer', nullable: true }) maxPerCustomer!: number | null;

  /** Orders are accepted from this time on; null means there is no start. */
  @NullableTimeColumn('sale_starts_at') saleStartsAt!: Date | null;

  /** Orders are accepted before this time; null means there is no end. */
  @NullableTimeColumn('sale_ends_at') saleEndsAt!: Date | null;
}
