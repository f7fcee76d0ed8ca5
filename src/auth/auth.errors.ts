import { DomainError } from '../common/domain-error.js';

export class UsernameTakenError extends DomainError {
  constructor() {
    super('username-taken', 'Another user has this name already.');
  }
}

export class AdminSignupClosedError extends DomainError {
  constructor(detail: string) {
    super('admin-signup-closed', detail);
  }
}

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

/** Too many logins have failed. Which of the limits it was is not told. */
export class TooManyAttemptsError extends DomainError {
  constructor(retryAfterSeconds: number) {
    super('too-many-attempts', 'Too many logins have failed. Try again later.', {
      retry_after: retryAfterSeconds,
    });
  }
}

export class UserNotFoundError extends DomainError {
  constructor() {
    super('user-not-found', 'There is no user with this id.');
  }
}

export class LastAdminError extends DomainError {
  constructor() {
    super('last-admin', 'This is the last active admin. Make another one first.');
  }
}

/** No token came with the request. */
export class UnauthenticatedError extends DomainError {
  constructor() {
    super(
      'unauthenticated',
      'Sign in with POST /login and send the token as "Authorization: Bearer <token>".',
    );
  }
}

/** A token came, and it is not (or no longer) good; RFC 6750, 3.1. */
export class InvalidTokenError extends DomainError {
  constructor() {
    super(
      'unauthenticated',
      'The access token is not valid, or it has expired, or its user is gone. Sign in again.',
      {
        error: 'invalid_token',
      },
    );
  }
}

export class ForbiddenError extends DomainError {
  constructor(detail = 'Your role may not do this.') {
    super('forbidden', detail);
  }
}
