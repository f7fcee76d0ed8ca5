import { DomainError } from '../../common/domain-error.js';

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
