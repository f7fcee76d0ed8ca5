import { Injectable } from '@nestjs/common';
import { type EntityManager, Not } from 'typeorm';
import type { PageQueryDto } from '../pagination/page-query.dto.js';
import { type Page, paginate } from '../pagination/paginate.js';
import { ADVISORY_LOCKS } from '../database/advisory-locks.js';
import { DatabaseReader } from '../database/database.reader.js';
import { Parameters } from '../pagination/parameters.js';
import { TransactionRunner } from '../database/transaction.runner.js';
import { LastAdminError, UserNotFoundError } from './users/users.errors.js';
import { lockUser } from './users/lock-user.js';
import type { AuthenticatedUser } from './access/authenticated-user.js';
import { lockAdmin } from './access/lock-caller.js';
import type { Role } from './access/role.js';
import { ActiveUserCache } from './sessions/active-user.cache.js';
import { endSessions } from './sessions/session.store.js';
import { User } from './users/user.entity.js';

/** What an admin wants changed; what is left out stays. */
export interface UserChange {
  readonly role?: Role | undefined;
  readonly isActive?: boolean | undefined;
}

/** A user as admins see them. */
export type Account = Pick<User, 'id' | 'username' | 'role' | 'isActive' | 'createdAt'>;

const ACCOUNT = `SELECT id, username, role, is_active AS "isActive", created_at AS "createdAt" FROM users WHERE id =`;

const ALL_USERS = {
  name: 'users',
  table: 'users',
  id: 'id',
  direction: 'ASC',
  where: [],
  row: `${ACCOUNT} key.id`,
} as const;

/** What admins do with users. */
@Injectable()
export class UserAdministration {
  constructor(
    private readonly database: DatabaseReader,
    private readonly transactions: TransactionRunner,
    private readonly activeUsers: ActiveUserCache,
  ) {}

  /** All users in order of their ids, deactivated ones too. */
  list(query: PageQueryDto): Promise<Page<Account>> {
    const list = { ...ALL_USERS, parameters: new Parameters() };
    return paginate<Account>(this.database, list, query);
  }

  /** @throws UserNotFoundError */
  async get(id: number): Promise<Account> {
    const [user] = await this.database.rows<Account>(`${ACCOUNT} $1`, [id]);
    if (!user) throw new UserNotFoundError();
    return user;
  }

  /**
   * Changes role or activity; both take effect at once where changes are made, and within a second for what is
   * read, in every process. Deactivating ends the user's sessions for good.
   * @throws UserNotFoundError; ForbiddenError, InvalidTokenError when the caller has lost the right meanwhile, as
   *   one of two admins who take it from each other; LastAdminError when nobody would be left to undo it.
   */
  change(id: number, change: UserChange, caller: AuthenticatedUser): Promise<User> {
    const changed = this.transactions.run(({ manager }) => changeUser(manager, id, change, caller));
    return changed.finally(() => this.activeUsers.forget(id));
  }
}

async function changeUser(
  manager: EntityManager,
  id: number,
  { role, isActive }: UserChange,
  caller: AuthenticatedUser,
): Promise<User> {
  // Before the rows, for everyone: two admins who lock each other's row first would wait in a circle.
  await manager.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.lastAdmin]);
  await lockAdmin(manager, caller);
  const user = await lockUser(manager, id);
  if (!user) throw new UserNotFoundError();
  const changed = { role: role ?? user.role, isActive: isActive ?? user.isActive };
  if (isActiveAdmin(user) && !isActiveAdmin(changed)) await assertAnotherAdmin(manager, id);
  await manager.update(User, { id }, changed);
  if (!changed.isActive) await endSessions(manager, id);
  return { ...user, ...changed };
}

function isActiveAdmin({ role, isActive }: Pick<User, 'role' | 'isActive'>): boolean {
  return role === 'admin' && isActive;
}

async function assertAnotherAdmin(manager: EntityManager, id: number): Promise<void> {
  const hasAnother = await manager.existsBy(User, { role: 'admin', isActive: true, id: Not(id) });
  if (!hasAnother) throw new LastAdminError();
}
