import {
  Check,
  Column,
  CreateDateColumn,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
} from 'typeorm';
import { User } from '../auth/users/user.entity.js';
import { Product } from './product.entity.js';

/**
 * Stock that was put in or taken out by hand. Their sum, less the lines of live orders, is the
 * stock that a product must have; the audit compares the two.
 */
@Entity('stock_adjustments')
@Check('ck_stock_adjustments_quantity_not_zero', 'quantity <> 0')
@Index('ix_stock_adjustments_product_id_id', ['productId', 'id'])
export class StockAdjustment {
  @PrimaryGeneratedColumn('identity', {
    primaryKeyConstraintName: 'pk_stock_adjustments',
    generatedIdentity: 'ALWAYS',
  })
  id!: number;

  @Column('integer', { name: 'product_id' }) productId!: number;

  @ManyToOne(() => Product, { onDelete: 'RESTRICT' })
  @JoinColumn({ name: 'product_id', foreignKeyConstraintName: 'fk_stock_adjustments_product' })
  product?: Product;

  /** Units added; negative when taken out. */
  @Column('integer') quantity!: number;

  /** Who did it; nobody for the demo catalogue. */
  @Column('integer', { name: 'created_by', nullable: true }) createdBy!: number | null;

  @ManyToOne(() => User, { onDelete: 'RESTRICT' })
  @JoinColumn({ name: 'created_by', foreignKeyConstraintName: 'fk_stock_adjustments_created_by' })
  creator?: User;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz', precision: 3 }) createdAt!: Date;
}
