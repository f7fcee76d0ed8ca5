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

/** One row per active session; its refresh token changes with every use. Ending a session deletes the row. */
@Entity('sessions')
@Unique('uq_sessions_family_hash', ['familyHash'])
@Index('ix_sessions_user_id_created_at', ['userId', 'createdAt'])
@Index('ix_sessions_expires_at', ['expiresAt'])
export class Session {
  /** The claim `sid` of access tokens. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_sessions' }) id!: string;
  @Column('bigint', { name: 'user_id' }) userId!: number;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'fk_sessions_user' })
  user?: User;

  /** SHA-256 of the family id, which all refresh tokens of the session share. */
  @Column('bytea', { name: 'family_hash' }) familyHash!: Buffer;

  /** SHA-256 of the secret of the current refresh token. */
  @Column('bytea', { name: 'token_hash' }) tokenHash!: Buffer;

  /** SHA-256 of the secret of the previous one. */
  @Column('bytea', { name: 'previous_hash', nullable: true }) previousHash!: Buffer | null;

  /** Derives the current refresh token from the previous one. */
  @Column('bytea', { name: 'successor_salt', nullable: true }) successorSalt!: Buffer | null;
  @Column({ type: 'timestamptz', name: 'rotated_at', precision: 3, nullable: true }) rotatedAt!: Date | null;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz', precision: 3 }) createdAt!: Date;
  @Column({ type: 'timestamptz', name: 'expires_at', precision: 3 }) expiresAt!: Date;
}
