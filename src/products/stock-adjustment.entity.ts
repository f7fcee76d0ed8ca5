import { Check, Column, CreateDateColumn, Entity, Index, JoinColumn, ManyToOne } from 'typeorm';
import { IdColumn } from '../database/columns.js';
import { User } from '../auth/users/user.entity.js';
import { Product } from './product.entity.js';

/** For the caller's own number of an order or a change of stock. */
export const REFERENCE_MAX = 64;
export const REASON_MAX = 200;

/**
 * Stock that an admin added or removed. The sum of a product's adjustments, minus the lines of orders that
 * are not cancelled, must equal its stock. The audit checks this.
 */
@Entity('stock_adjustments')
@Check('ck_stock_adjustments_quantity_not_zero', 'quantity <> 0')
@Index('ix_stock_adjustments_product_id_id', ['productId', 'id'])
export class StockAdjustment {
  @IdColumn('pk_stock_adjustments') id!: number;

  @Column('bigint', { name: 'product_id' }) productId!: number;

  @ManyToOne(() => Product, { onDelete: 'RESTRICT' })
  @JoinColumn({ name: 'product_id', foreignKeyConstraintName: 'fk_stock_adjustments_product' })
  product?: Product;

  /** Units added; negative if removed. */
  @Column('integer') quantity!: number;

  /** The admin's own number for the change, and the reason. */
  @Column('varchar', { length: REFERENCE_MAX, nullable: true }) reference!: string | null;
  @Column('varchar', { length: REASON_MAX, nullable: true }) reason!: string | null;

  /** The admin; null for the demo catalogue. */
  @Column('bigint', { name: 'created_by', nullable: true }) createdBy!: number | null;

  @ManyToOne(() => User, { onDelete: 'RESTRICT' })
  @JoinColumn({ name: 'created_by', foreignKeyConstraintName: 'fk_stock_adjustments_created_by' })
  creator?: User;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz', precision: 3 }) createdAt!: Date;
}
