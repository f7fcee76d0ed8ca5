import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { ValidationFailedError } from '../common/domain-error.js';
import { Env } from '../config/env.js';
import { InvalidTokenError } from './access/access.errors.js';
import type { AuthenticatedUser } from './access/authenticated-user.js';
import type { ChangePasswordDto } from './dto/change-password.dto.js';
import { LoginLimiter } from './sessions/login.limiter.js';
import { SessionStore } from './sessions/session.store.js';
import { assertAcceptablePassword } from './users/password-policy.js';
import { PasswordHasher } from './users/password.hasher.js';
import { User } from './users/user.entity.js';

@Injectable()
export class PasswordService {
  constructor(
    @Inject(Env) private readonly env: Env,
    @InjectRepository(User) private readonly users: Repository<User>,
    private readonly sessions: SessionStore,
    private readonly passwords: PasswordHasher,
    private readonly limiter: LoginLimiter,
  ) {}

  /**
   * Changes the caller's password and ends all their other sessions. A wrong current password counts as a
   * failed login, so that a stolen access token does not help to guess it.
   * @throws ValidationFailedError for a wrong current or an unacceptable new password; too-many-attempts.
   */
  async change(caller: AuthenticatedUser, dto: ChangePasswordDto, address: string): Promise<void> {
    const { username } = caller;
    assertAcceptablePassword(dto.new_password, username, '/new_password', this.env);
    const known = await this.users.findOneBy({ id: caller.id, isActive: true });
    if (!known) throw new InvalidTokenError();
    const isRight = await this.limiter.guard({ username, address }, async () => {
      return (await this.passwords.matches(dto.current_password, known.passwordHash)) || undefined;
    });
    if (!isRight) throw wrongPassword();
    const passwordHash = await this.passwords.hash(dto.new_password);
    const isReplaced = await this.sessions.replacePassword(caller, known.passwordHash, passwordHash);
    if (!isReplaced) throw wrongPassword();
  }
}

function wrongPassword(): ValidationFailedError {
  const fault = { code: 'wrong-password', message: 'is not the current password' };
  return new ValidationFailedError([{ pointer: '/current_password', location: 'body', ...fault }]);
}
