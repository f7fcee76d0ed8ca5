import { DomainError } from '../../common/domain-error.js';

/** The token is invalid, or no longer valid (RFC 6750, 3.1). */
export class InvalidTokenError extends DomainError {
  constructor() {
    super(
      'unauthenticated',
      'The access token is invalid or expired, or its session or user is no longer active. Sign in again.',
      { error: 'invalid_token' },
    );
  }
}

export class ForbiddenError extends DomainError {
  constructor(detail = 'Your role does not allow this.') {
    super('forbidden', detail);
  }
}
