import { Check, Column, Entity, Index } from 'typeorm';
import { IdColumn } from '../database/columns.js';

/**
 * What one transaction did to one or more resources: a row has as many events as
 * ids. Rows are written with the change (`database/event-record.ts`), and get the
 * number of their last event once they are visible (`EventSequencer`). Nothing is
 * deleted. The row with the number 0 has no events; its time is when the log began.
 */
@Entity('events')
@Check('ck_events_product', `(product IS NOT NULL) = (type LIKE 'product.%' OR type LIKE 'stock.%')`)
@Index('uq_events_last_id', ['lastId'], { unique: true, where: 'last_id IS NOT NULL' })
@Index('ix_events_unnumbered', ['sequence'], { where: 'last_id IS NULL' })
export class Event {
  /**
   * Drawn under the locks of the change, so that a cause
   * comes before its effect. It has gaps and is not public.
   */
  @IdColumn('pk_events') sequence!: number;

  @Column('bigint', { name: 'last_id', nullable: true }) lastId!: number | null;
  @Column({ type: 'timestamptz', name: 'occurred_at', precision: 3 }) occurredAt!: Date;
  @Column('varchar', { length: 32 }) type!: string;
  @Column('bigint', { name: 'resource_ids', array: true }) resourceIds!: number[];

  /**
   * The row of the product as it was then. An order needs no copy: what an event shows of it never changes.
   */
  @Column('json', { nullable: true }) product!: unknown;
}
