import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { ValidationFailedError } from '../common/domain-error.js';
import { TransactionRunner } from '../database/transaction.runner.js';
import { InvalidTokenError } from './access/access.errors.js';
import type { AuthenticatedUser } from './access/authenticated-user.js';
import { lockUser } from './users/lock-user.js';
import { LoginLimiter } from './sessions/login.limiter.js';
import { PasswordPolicy } from './users/password.policy.js';
import { PasswordHasher } from './users/password.hasher.js';
import { endSessions } from './sessions/session.store.js';
import { User } from './users/user.entity.js';

export interface NewPassword {
  readonly currentPassword: string;
  readonly newPassword: string;
}

/** Lets users change their own password. */
@Injectable()
export class PasswordService {
  constructor(
    @InjectRepository(User) private readonly users: Repository<User>,
    private readonly transactions: TransactionRunner,
    private readonly passwords: PasswordHasher,
    private readonly policy: PasswordPolicy,
    private readonly limiter: LoginLimiter,
  ) {}

  /**
   * Changes the caller's password and ends all their other sessions. Wrong guesses at the current one count
   * as failed logins, so that a stolen access token does not get further than its owner's patience.
   * @throws ValidationFailedError for a wrong current or an unfit new password, TooManyAttemptsError.
   */
  async change(caller: AuthenticatedUser, change: NewPassword, address: string): Promise<void> {
    const { username } = caller;
    this.policy.assertAcceptable(change.newPassword, username, '/new_password');
    const known = await this.users.findOneBy({ id: caller.id, isActive: true });
    if (!known) throw new InvalidTokenError();
    const isRight = await this.limiter.guard({ username, address }, async () => {
      return (await this.passwords.matches(change.currentPassword, known.passwordHash)) || undefined;
    });
    if (!isRight) throw wrongPassword();
    await this.store(caller, known.passwordHash, await this.passwords.hash(change.newPassword));
  }

  /** Under the lock, so that neither a login with the old password nor another change slips in between. */
  private store({ id, sessionId }: AuthenticatedUser, oldHash: string, passwordHash: string): Promise<void> {
    return this.transactions.run(async ({ manager }) => {
      const user = await lockUser(manager, id);
      if (user?.passwordHash !== oldHash) throw wrongPassword();
      await manager.update(User, { id }, { passwordHash });
      await endSessions(manager, id, sessionId);
    });
  }
}

function wrongPassword(): ValidationFailedError {
  const fault = { code: 'wrong-password', message: 'is not the current password' };
  return new ValidationFailedError([{ pointer: '/current_password', location: 'body', ...fault }]);
}
