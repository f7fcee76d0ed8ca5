import { Check, Column, Entity, Index, Unique } from 'typeorm';
import { IdColumn, VersionedRow } from '../database/columns.js';
import { CONSTRAINTS } from '../database/constraint-names.js';

/** The most units that one product may have in stock. */
export const STOCK_MAX = 1_000_000_000;
export const SKU_MAX = 64;
/** The highest limit that a customer may have of one product. */
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

  /** The seller's own name for it. */
  @Column('varchar', { length: SKU_MAX, nullable: true }) sku!: string | null;

  @Column('varchar', { length: 200 }) name!: string;
  @Column('bigint', { name: 'price_minor' }) priceMinor!: number;

  /** Whole units. Cancelled orders may raise it above `STOCK_MAX`, so it has room. */
  @Column('bigint', { name: 'stock_quantity' }) stockQuantity!: number;
  @Column('boolean', { name: 'is_active', default: true }) isActive!: boolean;

  /** Pieces that a customer may have in orders that are not cancelled; null is any number. */
  @Column('integer', { name: 'max_per_customer', nullable: true }) maxPerCustomer!: number | null;

  /** Orders are taken from this time on; null is since ever. */
  @Column({ type: 'timestamptz', name: 'sale_starts_at', precision: 3, nullable: true })
  saleStartsAt!: Date | null;

  /** Orders are taken before this time; null is for ever. */
  @Column({ type: 'timestamptz', name: 'sale_ends_at', precision: 3, nullable: true })
  saleEndsAt!: Date | null;
}
