import { Check, Column, CreateDateColumn, Entity, Index, JoinColumn, ManyToOne } from 'typeorm';
import { IdColumn } from '../database/columns.js';
import { User } from '../auth/users/user.entity.js';
import { Product } from './product.entity.js';

/**
 * Stock that was added or removed by an admin. The sum of a product's adjustments, less the lines of orders
 * that are not cancelled, is the stock that it must have; the audit compares the two.
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

  /** Who did it; null for the demo catalogue. */
  @Column('bigint', { name: 'created_by', nullable: true }) createdBy!: number | null;

  @ManyToOne(() => User, { onDelete: 'RESTRICT' })
  @JoinColumn({ name: 'created_by', foreignKeyConstraintName: 'fk_stock_adjustments_created_by' })
  creator?: User;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz', precision: 3 }) createdAt!: Date;
}
