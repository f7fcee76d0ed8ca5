import { Column, CreateDateColumn, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { User } from '../auth/users/user.entity.js';

/** The key of a write, committed together with its effect. */
@Entity('write_keys')
@Index('ix_write_keys_created_at', ['createdAt'])
export class WriteKey {
  @PrimaryColumn('bigint', { name: 'user_id', primaryKeyConstraintName: 'pk_write_keys' }) userId!: number;

  @PrimaryColumn('varchar', { length: 255, primaryKeyConstraintName: 'pk_write_keys' }) key!: string;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'fk_write_keys_user' })
  user?: User;

  /** SHA-256 of method, path and body. */
  @Column('bytea', { name: 'request_hash' }) requestHash!: Buffer;

  /** The written product or order; null only within the transaction. */
  @Column('bigint', { name: 'resource_id', nullable: true }) resourceId!: number | null;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz', precision: 3 }) createdAt!: Date;
}
