import { Injectable } from '@nestjs/common';
import { type EntityManager, Not } from 'typeorm';
import type { PageQueryDto } from '../pagination/page-query.dto.js';
import type { List } from '../pagination/list-statement.js';
import { type Page, paginate } from '../pagination/paginate.js';
import { ADVISORY_LOCKS } from '../database/advisory-locks.js';
import { DatabaseReader } from '../database/database.reader.js';
import { TransactionRunner } from '../database/transaction.runner.js';
import { LastAdminError, UserNotFoundError } from './users/users.errors.js';
import { lockUser } from './users/lock-user.js';
import type { AuthenticatedUser } from './access/authenticated-user.js';
import { lockAdmin } from './access/lock-caller.js';
import type { Role } from './access/role.js';
import { AccountResponseDto } from './dto/account-response.dto.js';
import { ActiveUserCache } from './sessions/active-user.cache.js';
import { endSessions } from './sessions/session.store.js';
import { User } from './users/user.entity.js';

/** What an admin wants changed; what is left out stays. */
export interface UserChange {
  readonly role?: Role | undefined;
  readonly isActive?: boolean | undefined;
}

const SELECT_ACCOUNT = `SELECT ${AccountResponseDto.json} AS json FROM users WHERE id =`;

const ALL_USERS: List = {
  name: 'users',
  table: 'users',
  id: 'id',
  direction: 'ASC',
  row: `${SELECT_ACCOUNT} key.id`,
};

/** What admins do with users. */
@Injectable()
export class UserAdministration {
  constructor(
    private readonly database: DatabaseReader,
    private readonly transactions: TransactionRunner,
    private readonly activeUsers: ActiveUserCache,
  ) {}

  /** All users in order of their ids, deactivated ones too. */
  list(query: PageQueryDto): Promise<Page> {
    return paginate(this.database, ALL_USERS, {}, query);
  }

  /** @returns the account as JSON. @throws UserNotFoundError */
  async get(id: number): Promise<string> {
    const [account] = await this.database.rows<{ json: string }>(`${SELECT_ACCOUNT} $1`, [id]);
    if (!account) throw new UserNotFoundError();
    return account.json;
  }

  /**
   * Changes role or activity; both take effect at once where changes are made, and within a second for what
   * is read, in every process. Deactivating ends the user's sessions for good.
   * @returns the account as JSON.
   * @throws UserNotFoundError; ForbiddenError, InvalidTokenError
   *   when the caller has lost the right meanwhile, as
   *   one of two admins who take it from each other; LastAdminError when nobody would be left to undo it.
   */
  change(id: number, change: UserChange, caller: AuthenticatedUser): Promise<string> {
    const changed = this.transactions.run(({ manager }) => changeUser(manager, id, change, caller));
    return changed.finally(() => this.activeUsers.forget(id));
  }
}

async function changeUser(
  manager: EntityManager,
  id: number,
  { role, isActive }: UserChange,
  caller: AuthenticatedUser,
): Promise<string> {
  // Before the rows, for everyone: two admins who lock each other's row first would wait in a circle.
  await manager.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.lastAdmin]);
  await lockAdmin(manager, caller);
  const user = await lockUser(manager, id);
  if (!user) throw new UserNotFoundError();
  const changed = { role: role ?? user.role, isActive: isActive ?? user.isActive };
  if (isActiveAdmin(user) && !isActiveAdmin(changed)) await assertAnotherAdmin(manager, id);
  await manager.update(User, { id }, changed);
  if (!changed.isActive) await endSessions(manager, id);
  const [account] = await manager.query<[{ json: string }]>(`${SELECT_ACCOUNT} $1`, [id]);
  return account.json;
}

function isActiveAdmin({ role, isActive }: Pick<User, 'role' | 'isActive'>): boolean {
  return role === 'admin' && isActive;
}

async function assertAnotherAdmin(manager: EntityManager, id: number): Promise<void> {
  const hasAnother = await manager.existsBy(User, { role: 'admin', isActive: true, id: Not(id) });
  if (!hasAnother) throw new LastAdminError();
}
