import { type ProblemCode, PROBLEMS } from './problem-catalogue.js';

/**
 * A refusal by a business rule. The catalogue maps its code to an HTTP status. Clients see the message and
 * the details; `cause` is for the log only.
 */
export class DomainError extends Error {
  constructor(
    readonly code: ProblemCode,
    message: string = PROBLEMS[code].meaning,
    readonly details: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Where the input breaks which rule. It never contains the value itself. */
export interface InputFault {
  readonly location: 'body' | 'query' | 'path' | 'header';
  /** JSON Pointer (RFC 6901) within `location`; `""` is all of it. */
  readonly pointer: string;
  readonly code: string;
  readonly message: string;
}

export class ValidationFailedError extends DomainError {
  constructor(errors: readonly InputFault[]) {
    super('validation-failed', 'The request breaks the documented rules; `errors` lists where.', { errors });
  }

  /** One field of the body breaks a rule. */
  static ofField(field: string, code: string, message: string): ValidationFailedError {
    return new ValidationFailedError([{ pointer: `/${field}`, location: 'body', code, message }]);
  }
}

/** The service is overloaded or its database unavailable. A retry may succeed. */
export class ServiceBusyError extends DomainError {
  constructor(options?: ErrorOptions, message = 'The service is busy or its database is unavailable.') {
    super('service-unavailable', message, {}, options);
  }
}
