import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, type QueryRunner, Repository } from 'typeorm';
import { DomainError } from '../../common/domain-error.js';
import { ignoring } from '../../common/ignoring.js';
import { Env } from '../../config/env.js';
import { ADVISORY_LOCKS } from '../../database/advisory-locks.js';
import { CONSTRAINTS } from '../../database/constraint-names.js';
import { violates } from '../../database/database-errors.js';
import { TransactionRunner } from '../../database/transaction.runner.js';
import type { AuthenticatedUser } from '../access/authenticated-user.js';
import { lockCaller } from '../access/lock-caller.js';
import { assertAcceptablePassword } from './password-policy.js';
import { PasswordHasher } from './password.hasher.js';
import type { Role } from '../access/role.js';
import { User } from './user.entity.js';
import { normaliseUsername, usernameKey } from './username.js';

interface NewUser {
  readonly username: string;
  readonly password: string;
  readonly role: Role;
}

@Injectable()
export class UsersService {
  constructor(
    @Inject(Env) private readonly env: Env,
    @InjectRepository(User) private readonly users: Repository<User>,
    private readonly transactions: TransactionRunner,
    private readonly passwords: PasswordHasher,
  ) {}

  /**
   * Registers a user. Anyone may register customers, and admins may register admins. `ADMIN_SIGNUP` decides
   * who else may register an admin: by default only the first one, even if two try at the same time.
   * @throws admin-signup-closed; username-taken; ValidationFailedError for a password that is too short or
   *   too common; InvalidTokenError if the caller's session has ended in the meantime.
   */
  async register({ password, ...newUser }: NewUser, caller?: AuthenticatedUser): Promise<User> {
    assertAcceptablePassword(password, newUser.username, '/password', this.env);
    const isGranting = newUser.role === 'admin' && this.env.ADMIN_SIGNUP !== 'open';
    if (isGranting && caller?.role !== 'admin') await this.assertNoAdminYet(this.users.manager);
    const passwordHash = await this.passwords.hash(password);
    return this.transactions.run(async ({ manager }) => {
      if (isGranting) await this.lockAdminSignup(manager, caller);
      return insertUser(manager, newUser, passwordHash);
    });
  }

  /** @returns `undefined` after the same time, whether the name or the password is wrong. */
  async findByCredentials(username: string, password: string): Promise<User | undefined> {
    const user = await this.users.findOneBy({ usernameKey: usernameKey(username), isActive: true });
    const isMatch = await this.passwords.matches(password, user?.passwordHash);
    if (!isMatch || !user) return undefined;
    return this.passwords.isOutdated(user.passwordHash) ? this.rehash(user, password) : user;
  }

  /**
   * Creates an admin, unless the name is taken.
   * @returns whether this name belongs to an active admin; a customer may have taken it.
   */
  async ensureAdmin(username: string, password: string): Promise<boolean> {
    const name = { usernameKey: usernameKey(username) };
    if (!(await this.users.existsBy(name))) {
      const passwordHash = await this.passwords.hash(password);
      const insert = ({ manager }: QueryRunner) =>
        insertUser(manager, { username, role: 'admin' }, passwordHash);
      await this.transactions.run(insert).catch(ignoring('username-taken'));
    }
    return this.users.existsBy({ ...name, role: 'admin', isActive: true });
  }

  /** Replaces a hash that was made with outdated parameters. */
  private async rehash(user: User, password: string): Promise<User> {
    const passwordHash = await this.passwords.hash(password);
    const unlessChanged = { id: user.id, passwordHash: user.passwordHash };
    await this.transactions.run(({ manager }) => manager.update(User, unlessChanged, { passwordHash }));
    return { ...user, passwordHash };
  }

  private async lockAdminSignup(manager: EntityManager, caller?: AuthenticatedUser): Promise<void> {
    if (caller?.role === 'admin' && (await lockCaller(manager, caller)).role === 'admin') return;
    await manager.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.firstAdmin]);
    await this.assertNoAdminYet(manager);
  }

  private async assertNoAdminYet(manager: EntityManager): Promise<void> {
    if (this.env.ADMIN_SIGNUP === 'closed') {
      throw signupClosed("Only an admin may register another admin: send an admin's token.");
    }
    if (await manager.existsBy(User, { role: 'admin' })) {
      throw signupClosed("There is already an admin: send an admin's token to register another one.");
    }
  }
}

function signupClosed(detail: string): DomainError {
  return new DomainError('admin-signup-closed', detail);
}

/** The unique constraint decides who gets the name. Checking before would not prevent the race. */
async function insertUser(
  manager: EntityManager,
  { username, role }: Omit<NewUser, 'password'>,
  passwordHash: string,
): Promise<User> {
  const name = normaliseUsername(username);
  const user = manager.create(User, { username: name, usernameKey: usernameKey(name), role, passwordHash });
  try {
    await manager.insert(User, user);
  } catch (error) {
    throw violates(error, CONSTRAINTS.usersUsernameKey) ? new DomainError('username-taken') : error;
  }
  return user;
}
