import { DomainError } from '../common/domain-error.js';

export class IdempotencyKeyReusedError extends DomainError {
  constructor() {
    super('idempotency-key-reused');
  }
}
