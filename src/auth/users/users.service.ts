import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, Repository } from 'typeorm';
import { Env } from '../../config/env.js';
import { ADVISORY_LOCKS } from '../../database/advisory-locks.js';
import { CONSTRAINTS } from '../../database/constraint-names.js';
import { violates } from '../../database/database-errors.js';
import { TransactionRunner } from '../../database/transaction.runner.js';
import { AdminSignupClosedError, UsernameTakenError } from './users.errors.js';
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
   * Registers a user. Customers register freely; who may register an admin is `ADMIN_SIGNUP`'s to
   * say: by default the first one, and of two at once only one is the first.
   * @param caller who asks, if they are signed in; admins may always register admins.
   * @throws AdminSignupClosedError, UsernameTakenError,
   *   ValidationFailedError for a password that is too short or
   *   too common; InvalidTokenError when the caller's session has ended meanwhile.
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

  /** The active user with this name and password, or nothing, in the same time for every reason. */
  async findByCredentials(username: string, password: string): Promise<User | undefined> {
    const user = await this.users.findOneBy({ usernameKey: usernameKey(username), isActive: true });
    const isMatch = await this.passwords.matches(password, user?.passwordHash);
    if (!isMatch || !user) return undefined;
    return this.passwords.isOutdated(user.passwordHash) ? this.rehash(user, password) : user;
  }

  /**
   * Makes the admin that the configuration names, unless somebody has that name already.
   * @returns whether there is an active admin of that name now; a customer may have been quicker.
   */
  async ensureAdmin(username: string, password: string): Promise<boolean> {
    const holder = await this.users.findOneBy({ usernameKey: usernameKey(username) });
    if (holder) return holder.role === 'admin' && holder.isActive;
    const passwordHash = await this.passwords.hash(password);
    try {
      await this.transactions.run(({ manager }) =>
        insertUser(manager, { username, role: 'admin' }, passwordHash),
      );
    } catch (error) {
      if (!(error instanceof UsernameTakenError)) throw error;
      return this.users.existsBy({ usernameKey: usernameKey(username), role: 'admin', isActive: true });
    }
    return true;
  }

  /**
   * Parameters of old hashes grow with the hardware; the
   * moment when the password is known is the one to follow.
   */
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
      throw new AdminSignupClosedError("Only an admin may register another admin: send an admin's token.");
    }
    if (await manager.existsBy(User, { role: 'admin' })) {
      throw new AdminSignupClosedError(
        "There is an admin already: send an admin's token to register another.",
      );
    }
  }
}

/** The unique constraint decides who has the name: looking first would only make the race smaller. */
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
    throw violates(error, CONSTRAINTS.usersUsernameKey) ? new UsernameTakenError() : error;
  }
  return user;
}
