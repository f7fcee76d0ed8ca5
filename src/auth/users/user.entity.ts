import { Check, Column, CreateDateColumn, Entity, Index, Unique } from 'typeorm';
import { IdColumn } from '../../database/columns.js';
import { CONSTRAINTS } from '../../database/constraint-names.js';
import type { Role } from '../access/role.js';

@Entity('users')
@Unique(CONSTRAINTS.usersUsernameKey, ['usernameKey'])
@Check('ck_users_role', `role IN ('customer', 'admin')`)
@Index('ix_users_active_admins', ['id'], { where: `role = 'admin' AND is_active` })
export class User {
  @IdColumn('pk_users') id!: number;

  @Column('varchar', { length: 64 }) username!: string;

  /** `usernameKey()` of the name, which may be longer than the name. */
  @Column('varchar', { name: 'username_key', length: 255 }) usernameKey!: string;
  @Column('varchar', { name: 'password_hash', length: 255 }) passwordHash!: string;
  @Column('varchar', { length: 16 }) role!: Role;
  @Column('boolean', { name: 'is_active', default: true }) isActive!: boolean;
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz', precision: 3 }) createdAt!: Date;
}
