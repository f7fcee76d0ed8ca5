import {
  Check,
  Column,
  CreateDateColumn,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
} from 'typeorm';
import { Product } from '../products/product.entity.js';
import { Order } from './order.entity.js';

/** A line of an order, with the product's name and price at the time of the order. */
@Entity('order_items')
@Check('ck_order_items_quantity_range', 'quantity BETWEEN 1 AND 1000000')
@Check('ck_order_items_price_range', 'price_minor BETWEEN 0 AND 9999999999')
@Index('ix_order_items_product_id_created_at_order_id', ['productId', 'createdAt', 'orderId'])
export class OrderItem {
  @PrimaryColumn('bigint', { name: 'order_id', primaryKeyConstraintName: 'pk_order_items' })
  orderId!: number;

  @ManyToOne(() => Order, { onDelete: 'RESTRICT' })
  @JoinColumn({ name: 'order_id', foreignKeyConstraintName: 'fk_order_items_order' })
  order?: Order;

  @PrimaryColumn('bigint', { name: 'product_id', primaryKeyConstraintName: 'pk_order_items' })
  productId!: number;

  @ManyToOne(() => Product, { onDelete: 'RESTRICT' })
  @JoinColumn({ name: 'product_id', foreignKeyConstraintName: 'fk_order_items_product' })
  product?: Product;

  @Column('varchar', { name: 'product_name', length: 200 }) productName!: string;
  @Column('integer') quantity!: number;
  @Column('bigint', { name: 'price_minor' }) priceMinor!: number;

  /**
   * When the order was placed. Repeats `orders.created_at`, so that an index can sort the orders with a
   * product by time.
   */
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz', precision: 3 }) createdAt!: Date;
}

/** The columns of a line, without its order and time. */
export const LINE = ['productId', 'productName', 'quantity', 'priceMinor'] as const;

export type PricedLine = Readonly<Pick<OrderItem, (typeof LINE)[number]>>;
