import { Inject, Injectable } from '@nestjs/common';
import { ValidationFailedError } from '../../common/domain-error.js';
import { lengthOf } from '../../common/text.js';
import { Env } from '../../config/env.js';
import { isCommonPassword } from '../../common/common-passwords.js';
import { usernameKey } from './username.js';

/** Which passwords may be chosen; in production neither the most common ones nor one's own name. */
@Injectable()
export class PasswordPolicy {
  constructor(@Inject(Env) private readonly env: Pick<Env, 'PASSWORD_MIN_LENGTH' | 'isProduction'>) {}

  /** @throws ValidationFailedError that points to the field. */
  assertAcceptable(password: string, username: string, pointer: string): void {
    const minimum = this.env.PASSWORD_MIN_LENGTH;
    if (lengthOf(password) < minimum) {
      throw refusal(pointer, 'too-short', `must have ${minimum} characters or more`);
    }
    if (!this.env.isProduction) return;
    if (isCommonPassword(password) || usernameKey(password) === usernameKey(username)) {
      throw refusal(pointer, 'too-common', 'must not be a common password or the name of the user');
    }
  }
}

function refusal(pointer: string, code: string, message: string): ValidationFailedError {
  return new ValidationFailedError([{ pointer, location: 'body', code, message }]);
}
