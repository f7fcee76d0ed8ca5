import { DomainError, ValidationFailedError } from '../common/domain-error.js';

export class WebhookNotFoundError extends DomainError {
  constructor() {
    super('webhook-not-found', 'There is no webhook endpoint with this id.');
  }
}

export class WebhooksOffError extends DomainError {
  constructor() {
    super('webhooks-off', 'Webhooks are off: the service runs without WEBHOOKS=on.');
  }
}

export class TooManyWebhooksError extends DomainError {
  constructor(max: number) {
    super('too-many-webhooks', `There are ${max} webhook endpoints already. Delete one first.`);
  }
}

export class BeyondLogError extends ValidationFailedError {
  constructor() {
    const message = 'must not be beyond the last event of the log';
    super([{ pointer: '/after', location: 'body', code: 'beyond-the-log', message }]);
  }
}
