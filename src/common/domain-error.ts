import { type ProblemCode, PROBLEMS } from './problem-catalogue.js';

/**
 * A rule of the trade said no. The catalogue maps the code to an HTTP status. Clients see the message and the
 * details; what is only for the log goes into `cause`.
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

/** One fault of the input: where it is, and what rule it broke. Never the value itself. */
export interface InputFault {
  readonly location: 'body' | 'query' | 'path' | 'header';
  /** JSON Pointer (RFC 6901) into the part that `location` names; `""` is the whole of it. */
  readonly pointer: string;
  readonly code: string;
  readonly message: string;
}

/** The input breaks a documented rule of shape or size. */
export class ValidationFailedError extends DomainError {
  constructor(errors: readonly InputFault[]) {
    super('validation-failed', 'The request breaks the documented rules; `errors` lists where.', { errors });
  }
}

/** The database is away or too busy. Trying again is right. */
export class ServiceBusyError extends DomainError {
  constructor(options?: ErrorOptions, message = 'The service is busy or its database is away.') {
    super('service-unavailable', message, {}, options);
  }
}
