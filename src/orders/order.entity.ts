import { Check, Column, Entity, Index, JoinColumn, ManyToOne, Unique } from 'typeorm';
import { User } from '../auth/users/user.entity.js';
import { IdColumn, NullableTimeColumn, VersionedRow } from '../database/columns.js';
import { CONSTRAINTS } from '../database/constraint-names.js';
import { REFERENCE_MAX } from '../products/stock-adjustment.entity.js';
import type { OrderStatus } from './order-status.js';

/** Each status has its time. Who set it, and the reason, are stored only together with that time. */
const CONFIRMED_IS_TOLD = `CASE status
  WHEN 'PENDING' THEN confirmed_at IS NULL
  WHEN 'CONFIRMED' THEN confirmed_at IS NOT NULL
  ELSE true END AND (confirmed_by IS NULL OR confirmed_at IS NOT NULL)`;
const CANCELLED_IS_TOLD = `(status = 'CANCELLED') = (cancelled_at IS NOT NULL)
  AND ((cancelled_by IS NULL AND cancel_reason IS NULL) OR cancelled_at IS NOT NULL)`;

const HAS_REFERENCE = 'reference IS NOT NULL';
const HAS_EXPIRY = `status = 'PENDING' AND expires_at IS NOT NULL`;

/** Condition of an order that expired. Since orders can expire, only these are cancelled by nobody. */
export const WAS_EXPIRED = 'cancelled_at IS NOT NULL AND cancelled_by IS NULL AND expires_at IS NOT NULL';

@Entity('orders')
@Unique(CONSTRAINTS.ordersPlacementKey, ['customerId', 'placementKey'])
@Check('ck_orders_status', `status IN ('PENDING', 'CONFIRMED', 'CANCELLED')`)
@Check('ck_orders_total_range', 'total_minor BETWEEN 0 AND 99999999999999')
@Check('ck_orders_confirmed', CONFIRMED_IS_TOLD)
@Check('ck_orders_cancelled', CANCELLED_IS_TOLD)
@Check('ck_orders_cancel_reason_not_empty', `cancel_reason <> ''`)
// One for each combination of filters on lists of orders.
@Index('ix_orders_created_at_id', ['createdAt', 'id'])
@Index('ix_orders_customer_id_created_at_id', ['customerId', 'createdAt', 'id'])
@Index('ix_orders_status_created_at_id', ['status', 'createdAt', 'id'])
@Index('ix_orders_customer_id_status_created_at_id', ['customerId', 'status', 'createdAt', 'id'])
@Index('ix_orders_reference_created_at_id', ['reference', 'createdAt', 'id'], { where: HAS_REFERENCE })
@Index('ix_orders_customer_id_reference_created_at_id', ['customerId', 'reference', 'createdAt', 'id'], {
  where: HAS_REFERENCE,
})
// Finds expired orders.
@Index('ix_orders_pending_expires_at_id', ['expiresAt', 'id'], { where: HAS_EXPIRY })
export class Order extends VersionedRow {
  @IdColumn('pk_orders') id!: number;

  @Column('bigint', { name: 'customer_id' }) customerId!: number;

  @ManyToOne(() => User, { onDelete: 'RESTRICT' })
  @JoinColumn({ name: 'customer_id', foreignKeyConstraintName: 'fk_orders_customer' })
  customer?: User;

  @Column('varchar', { length: 16 }) status!: OrderStatus;
  @Column('bigint', { name: 'total_minor' }) totalMinor!: number;

  /** The caller's own number for the order. It never changes. */
  @Column('varchar', { length: REFERENCE_MAX, nullable: true }) reference!: string | null;

  /** The client's Idempotency-Key, or a generated key. It makes placing the order twice impossible. */
  @Column('varchar', { name: 'placement_key', length: 255 }) placementKey!: string;

  /** SHA-256 of what was ordered under the client's key. It tells a retry from another order. */
  @Column('bytea', { name: 'request_hash', nullable: true }) requestHash!: Buffer | null;

  /**
   * From this time on, the order may be cancelled while it is PENDING; null means never. It never changes.
   */
  @NullableTimeColumn('expires_at') expiresAt!: Date | null;

  /** Kept if the order is cancelled later. */
  @NullableTimeColumn('confirmed_at') confirmedAt!: Date | null;

  /** Null for orders confirmed before this column existed. */
  @Column('bigint', { name: 'confirmed_by', nullable: true }) confirmedBy!: number | null;

  @ManyToOne(() => User, { onDelete: 'RESTRICT' })
  @JoinColumn({ name: 'confirmed_by', foreignKeyConstraintName: 'fk_orders_confirmed_by' })
  confirmer?: User;

  @NullableTimeColumn('cancelled_at') cancelledAt!: Date | null;

  @Column('bigint', { name: 'cancelled_by', nullable: true }) cancelledBy!: number | null;

  @ManyToOne(() => User, { onDelete: 'RESTRICT' })
  @JoinColumn({ name: 'cancelled_by', foreignKeyConstraintName: 'fk_orders_cancelled_by' })
  canceller?: User;

  @Column('varchar', { name: 'cancel_reason', length: 200, nullable: true }) cancelReason!: string | null;
}

/** The columns that come with a request. The statement that places orders sets the others. */
export const NEW_ORDER = ['customerId', 'totalMinor', 'reference', 'placementKey', 'requestHash'] as const;
export type NewOrder = Readonly<Pick<Order, (typeof NEW_ORDER)[number]>>;
