import { DomainError } from '../../common/domain-error.js';

/** The members `error` and `error_description` are what OAuth 2 clients look for (RFC 6749, 5.2). */
export class InvalidCredentialsError extends DomainError {
  constructor() {
    super('invalid-credentials', 'The name or the password is wrong.', {
      error: 'invalid_grant',
      error_description: 'The name or the password is wrong.',
    });
  }
}

/** The refresh token is unknown, used up, or its session has ended (RFC 6749, 5.2). */
export class InvalidRefreshTokenError extends DomainError {
  constructor() {
    super('invalid-refresh-token', 'The refresh token is not valid, or no longer. Sign in again.', {
      error: 'invalid_grant',
      error_description: 'The refresh token is not valid, or no longer.',
    });
  }
}

/** Too many users were registered from one address. */
export class TooManyRegistrationsError extends DomainError {
  constructor(retryAfterSeconds: number) {
    super('too-many-registrations', undefined, { retry_after: retryAfterSeconds });
  }
}

/** Too many logins have failed. Which of the limits it was is not told. */
export class TooManyAttemptsError extends DomainError {
  constructor(retryAfterSeconds: number) {
    super('too-many-attempts', 'Too many logins have failed. Try again later.', {
      retry_after: retryAfterSeconds,
    });
  }
}
