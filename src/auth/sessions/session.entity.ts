import {
  Column,
  CreateDateColumn,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  Unique,
} from 'typeorm';
import { User } from '../users/user.entity.js';

/**
 * Somebody is signed in somewhere: one row for as long as the session lasts, whose refresh token changes
 * with every use. An ended session is a row that is gone.
 */
@Entity('sessions')
@Unique('uq_sessions_family_hash', ['familyHash'])
@Index('ix_sessions_user_id_created_at', ['userId', 'createdAt'])
@Index('ix_sessions_expires_at', ['expiresAt'])
export class Session {
  /** What access tokens carry as `sid`. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_sessions' }) id!: string;
  @Column('bigint', { name: 'user_id' }) userId!: number;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'fk_sessions_user' })
  user?: User;

  /** SHA-256 of the part that all refresh tokens of the session share. */
  @Column('bytea', { name: 'family_hash' }) familyHash!: Buffer;

  /** SHA-256 of the refresh token that is good now. */
  @Column('bytea', { name: 'token_hash' }) tokenHash!: Buffer;

  /** SHA-256 of the token before it. */
  @Column('bytea', { name: 'previous_hash', nullable: true }) previousHash!: Buffer | null;

  /** With the token before, gives the present one again; without it, nothing. */
  @Column('bytea', { name: 'successor_salt', nullable: true }) successorSalt!: Buffer | null;
  @Column({ type: 'timestamptz', name: 'rotated_at', precision: 3, nullable: true }) rotatedAt!: Date | null;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz', precision: 3 }) createdAt!: Date;
  @Column({ type: 'timestamptz', name: 'expires_at', precision: 3 }) expiresAt!: Date;
}
