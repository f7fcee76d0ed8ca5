import { Check, Column, Entity, Index } from 'typeorm';
import { IdColumn } from '../database/columns.js';

/**
 * What one transaction did to one or more resources: one event for each id. The change writes the row too
 * (`database/event-record.ts`). Once it is visible, `EventSequencer` sets the number of its last event. Rows
 * are never deleted. The row with number 0 has no events; its time is when recording began.
 */
@Entity('events')
@Check('ck_events_product', `(product IS NOT NULL) = (type LIKE 'product.%' OR type LIKE 'stock.%')`)
@Index('uq_events_last_id', ['lastId'], { unique: true, where: 'last_id IS NOT NULL' })
@Index('ix_events_unnumbered', ['sequence'], { where: 'last_id IS NULL' })
export class Event {
  /** Drawn under the locks of the change, so that causes precede effects. It has gaps and is not public. */
  @IdColumn('pk_events') sequence!: number;

  @Column('bigint', { name: 'last_id', nullable: true }) lastId!: number | null;
  @Column({ type: 'timestamptz', name: 'occurred_at', precision: 3 }) occurredAt!: Date;
  @Column('varchar', { length: 32 }) type!: string;
  @Column('bigint', { name: 'resource_ids', array: true }) resourceIds!: number[];

  /** The product's row as it was then. An order needs no copy: what an event shows of it never changes. */
  @Column('json', { nullable: true }) product!: unknown;
}
