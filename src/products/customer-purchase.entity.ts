import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

const KEY = { primaryKeyConstraintName: 'pk_customer_purchases' };

/**
 * The pieces of a product that a customer has in orders that are not cancelled,
 * counted so that no order needs to be looked at under a lock. Only products with a
 * `max_per_customer` have such rows, and whoever writes one has the product locked.
 */
@Entity('customer_purchases')
@Check('ck_customer_purchases_quantity_nonnegative', 'quantity >= 0')
export class CustomerPurchase {
  @PrimaryColumn('bigint', { ...KEY, name: 'product_id' }) productId!: number;
  @PrimaryColumn('bigint', { ...KEY, name: 'customer_id' }) customerId!: number;
  @Column('bigint') quantity!: number;
}
