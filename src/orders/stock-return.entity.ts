import { Column, Entity, Index, JoinColumn, ManyToOne, Unique } from 'typeorm';
import { IdColumn } from '../database/columns.js';
import { OrderItem } from './order-item.entity.js';

const FK = { foreignKeyConstraintName: 'fk_stock_returns_order_item' };

/**
 * A line whose stock was returned when its order was cancelled. The database refuses a second return. The ids
 * are generated under the lock of the product, so they have the order of its returns.
 */
@Entity('stock_returns')
@Unique('uq_stock_returns_order_id_product_id', ['orderId', 'productId'])
@Index('ix_stock_returns_product_id_id', ['productId', 'id'])
export class StockReturn {
  @IdColumn('pk_stock_returns') id!: number;

  @Column('bigint', { name: 'order_id' }) orderId!: number;
  @Column('bigint', { name: 'product_id' }) productId!: number;

  @ManyToOne(() => OrderItem, { onDelete: 'RESTRICT' })
  @JoinColumn([
    { name: 'order_id', referencedColumnName: 'orderId', ...FK },
    { name: 'product_id', referencedColumnName: 'productId', ...FK },
  ])
  item?: OrderItem;
}
