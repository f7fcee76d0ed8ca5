import { ValidationFailedError } from '../../common/domain-error.js';
import { lengthOf } from '../../common/rules.js';
import type { Env } from '../../config/env.js';
import { isCommonPassword } from '../../common/common-passwords.js';
import { usernameKey } from './username.js';

/**
 * Checks the length of a new password; in production also that it is neither common nor the username.
 * @throws ValidationFailedError
 */
export function assertAcceptablePassword(
  password: string,
  username: string,
  pointer: string,
  { PASSWORD_MIN_LENGTH: minimum, isProduction }: Pick<Env, 'PASSWORD_MIN_LENGTH' | 'isProduction'>,
): void {
  if (lengthOf(password) < minimum) {
    throw refusal(pointer, 'too-short', `must have ${minimum} characters or more`);
  }
  if (!isProduction) return;
  if (isCommonPassword(password) || usernameKey(password) === usernameKey(username)) {
    throw refusal(pointer, 'too-common', 'must not be a common password or the name of the user');
  }
}

function refusal(pointer: string, code: string, message: string): ValidationFailedError {
  return new ValidationFailedError([{ pointer, location: 'body', code, message }]);
}
