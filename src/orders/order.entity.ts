import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { User } from '../auth/user.entity.js';
import { BIGINT_AS_NUMBER, VersionedRow } from '../database/columns.js';
import { CONSTRAINTS } from '../database/constraint-names.js';
import type { OrderStatus } from './order-status.js';

@Entity('orders')
@Unique(CONSTRAINTS.ordersPlacementKey, ['customerId', 'placementKey'])
@Check('ck_orders_status', `status IN ('PENDING', 'CONFIRMED', 'CANCELLED')`)
@Check('ck_orders_total_range', 'total_minor BETWEEN 0 AND 99999999999999')
@Index('ix_orders_customer_id_id', ['customerId', 'id'])
@Index('ix_orders_status_id', ['status', 'id'])
@Index('ix_orders_created_at_id', ['createdAt', 'id'])
export class Order extends VersionedRow {
  @PrimaryGeneratedColumn('identity', { primaryKeyConstraintName: 'pk_orders', generatedIdentity: 'ALWAYS' })
  id!: number;

  @Column('integer', { name: 'customer_id' })
  customerId!: number;

  @ManyToOne(() => User, { onDelete: 'RESTRICT' })
  @JoinColumn({ name: 'customer_id', foreignKeyConstraintName: 'fk_orders_customer' })
  customer?: User;

  @Column('varchar', { length: 16 })
  status!: OrderStatus;

  @Column('bigint', { name: 'total_minor', transformer: BIGINT_AS_NUMBER })
  totalMinor!: number;

  /** The client's Idempotency-Key, or one made for the order: what makes placing it again impossible. */
  @Column('varchar', { name: 'placement_key', length: 255 })
  placementKey!: string;

  /** SHA-256 of what was ordered under a client's key, to tell a retry from another order. */
  @Column('bytea', { name: 'request_hash', nullable: true })
  requestHash!: Buffer | null;
}
