import { Check, Column, CreateDateColumn, Entity } from 'typeorm';
import { IdColumn } from '../database/columns.js';
import type { EventType } from '../events/event-types.js';

export const URL_MAX = 2_000;

const timestamp = (name: string, nullable = true) => ({
  type: 'timestamptz' as const,
  name,
  precision: 3,
  nullable,
});

/** Where to send events. Everything up to `position` is delivered; no other record of deliveries is kept. */
@Entity('webhook_endpoints')
@Check('ck_webhook_endpoints_previous_secret', '(previous_secret IS NULL) = (previous_secret_until IS NULL)')
export class WebhookEndpoint {
  @IdColumn('pk_webhook_endpoints') id!: number;

  @Column('varchar', { length: URL_MAX }) url!: string;

  /** Null for all types. */
  @Column('varchar', { length: 32, array: true, nullable: true }) types!: EventType[] | null;

  /** Encrypted (`WebhookSecrets`). */
  @Column('varchar', { length: 200 }) secret!: string;

  /** The secret before the last rotation, which also signs until that time. */
  @Column('varchar', { name: 'previous_secret', length: 200, nullable: true }) previousSecret!: string | null;
  @Column(timestamp('previous_secret_until')) previousSecretUntil!: Date | null;

  /** The id of the last event that is delivered or skipped. */
  @Column('bigint') position!: number;

  /** A new one whenever a process takes the endpoint. A change by an admin removes it, so the worker ends. */
  @Column('uuid', { nullable: true }) lease!: string | null;

  /** Until then, no other process takes the endpoint, unless the lease is given back. */
  @Column(timestamp('leased_until')) leasedUntil!: Date | null;

  /** Failed attempts to deliver the next event. */
  @Column('integer', { default: 0 }) attempts!: number;
  @Column({ ...timestamp('next_attempt_at', false), default: () => 'now()' }) nextAttemptAt!: Date;
  @Column(timestamp('failing_since')) failingSince!: Date | null;
  @Column('varchar', { name: 'last_error', length: 200, nullable: true }) lastError!: string | null;

  /** Null while it is active. */
  @Column(timestamp('disabled_at')) disabledAt!: Date | null;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz', precision: 3 }) createdAt!: Date;
  @Column({ ...timestamp('updated_at', false), default: () => 'now()' }) updatedAt!: Date;
}
