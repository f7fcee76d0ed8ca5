import { Injectable } from '@nestjs/common';
import { type EntityManager, Not } from 'typeorm';
import type { PageQueryDto } from '../pagination/page-query.dto.js';
import type { List } from '../pagination/list-statement.js';
import { type Page, paginate } from '../pagination/paginate.js';
import { DomainError } from '../common/domain-error.js';
import { ADVISORY_LOCKS } from '../database/advisory-locks.js';
import { DatabaseReader } from '../database/database.reader.js';
import { TransactionRunner } from '../database/transaction.runner.js';
import { lockUser } from './users/lock-user.js';
import type { AuthenticatedUser } from './access/authenticated-user.js';
import { lockAdmin } from './access/lock-caller.js';
import { AccountResponseDto } from './dto/account-response.dto.js';
import type { UpdateUserDto } from './dto/update-user.dto.js';
import { ActiveUserCache } from './sessions/active-user.cache.js';
import { endSessions } from './sessions/session.store.js';
import { User } from './users/user.entity.js';

const SELECT_ACCOUNT = `SELECT ${AccountResponseDto.json} AS json FROM users WHERE id =`;

const ALL_USERS: List = {
  name: 'users',
  table: 'users',
  id: 'id',
  direction: 'ASC',
  row: `${SELECT_ACCOUNT} key.id`,
};

@Injectable()
export class UserAdministration {
  constructor(
    private readonly database: DatabaseReader,
    private readonly transactions: TransactionRunner,
    private readonly activeUsers: ActiveUserCache,
  ) {}

  list(query: PageQueryDto): Promise<Page> {
    return paginate(this.database, ALL_USERS, {}, query);
  }

  /** @returns the account as JSON. @throws user-not-found. */
  async get(id: number): Promise<string> {
    const account = await this.database.row<{ json: string }>(`${SELECT_ACCOUNT} $1::bigint`, [id]);
    if (!account) throw new DomainError('user-not-found');
    return account.json;
  }

  /**
   * Changes role or activity. That applies to writes at once, and to reads within a second, in every process.
   * Deactivating a user ends their sessions.
   * @returns the account as JSON.
   * @throws user-not-found; last-admin; ForbiddenError or InvalidTokenError if the caller has lost their
   *   right in the meantime, for example when two admins demote each other.
   */
  change(id: number, change: UpdateUserDto, caller: AuthenticatedUser): Promise<string> {
    const changed = this.transactions.run(({ manager }) => changeUser(manager, id, change, caller));
    return changed.finally(() => this.activeUsers.forget(id));
  }
}

async function changeUser(
  manager: EntityManager,
  id: number,
  { role, is_active }: UpdateUserDto,
  caller: AuthenticatedUser,
): Promise<string> {
  // Before any row is locked: two admins who change each other would deadlock.
  await manager.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.lastAdmin]);
  await lockAdmin(manager, caller);
  const user = await lockUser(manager, id);
  if (!user) throw new DomainError('user-not-found');
  const changed = { role: role ?? user.role, isActive: is_active ?? user.isActive };
  if (isActiveAdmin(user) && !isActiveAdmin(changed)) await assertAnotherAdmin(manager, id);
  await manager.update(User, { id }, changed);
  if (!changed.isActive) await endSessions(manager, id);
  const [account] = await manager.query<[{ json: string }]>(`${SELECT_ACCOUNT} $1::bigint`, [id]);
  return account.json;
}

function isActiveAdmin({ role, isActive }: Pick<User, 'role' | 'isActive'>): boolean {
  return role === 'admin' && isActive;
}

async function assertAnotherAdmin(manager: EntityManager, id: number): Promise<void> {
  const hasAnother = await manager.existsBy(User, { role: 'admin', isActive: true, id: Not(id) });
  if (!hasAnother) throw new DomainError('last-admin');
}
