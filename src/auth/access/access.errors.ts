import { DomainError } from '../../common/domain-error.js';

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
      { error: 'invalid_token' },
    );
  }
}

export class ForbiddenError extends DomainError {
  constructor(detail = 'Your role does not allow this.') {
    super('forbidden', detail);
  }
}
