import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

const KEY = { primaryKeyConstraintName: 'pk_customer_purchases' };

/**
 * Units of a product in a customer's orders that are not cancelled, counted so that placing an order need not
 * search earlier ones. Only products with a `max_per_customer` have such rows, which are written under the
 * lock of the product.
 */
@Entity('customer_purchases')
@Check('ck_customer_purchases_quantity_nonnegative', 'quantity >= 0')
export class CustomerPurchase {
  @PrimaryColumn('bigint', { ...KEY, name: 'product_id' }) productId!: number;
  @PrimaryColumn('bigint', { ...KEY, name: 'customer_id' }) customerId!: number;
  @Column('bigint') quantity!: number;
}
