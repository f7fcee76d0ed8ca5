import { HttpException } from '@nestjs/common';
import { asServiceBusy } from '../../database/database-errors.js';
import { DomainError } from '../../common/domain-error.js';
import { type ProblemCode, PROBLEMS, problemType } from '../../common/problem-catalogue.js';

const PROBLEM_MEDIA_TYPE = 'application/problem+json; charset=utf-8';
const RETRY_AFTER_S = 1;

/** Of a framework's error only the status counts; its message is not passed on. */
const CODE_OF_FOREIGN_STATUS: Readonly<Record<number, ProblemCode>> = {
  400: 'malformed-request',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  405: 'method-not-allowed',
  408: 'request-timeout',
  413: 'payload-too-large',
  414: 'uri-too-long',
  415: 'unsupported-media-type',
  431: 'header-fields-too-large',
  503: 'service-unavailable',
};

/** An unknown error becomes `internal-error`, with its cause for the log. */
export function asDomainError(thrown: unknown): DomainError {
  const error = asServiceBusy(thrown);
  if (error instanceof DomainError) return error;
  const code = CODE_OF_FOREIGN_STATUS[foreignStatus(error)] ?? 'internal-error';
  return new DomainError(code, undefined, {}, { cause: error });
}

function foreignStatus(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const { code, statusCode } = (error ?? {}) as { code?: unknown; statusCode?: unknown };
  const isFastifyError = typeof code === 'string' && code.startsWith('FST_');
  return isFastifyError && typeof statusCode === 'number' ? statusCode : 500;
}

/** The answer to an error (RFC 9457). */
export function problemFor(error: DomainError, requestId: string) {
  const { status, title } = PROBLEMS[error.code];
  return {
    status,
    headers: { 'content-type': PROBLEM_MEDIA_TYPE, ...extraHeaders(error, status) },
    body: {
      type: problemType(error.code),
      title,
      status,
      detail: error.message,
      code: error.code,
      request_id: requestId,
      ...error.details,
    },
  };
}

function extraHeaders({ details }: DomainError, status: number): Record<string, string> {
  const { error, retry_after: wait } = details as { readonly error?: string; readonly retry_after?: number };
  // RFC 6750, 3.1.
  const isBadToken = error === 'invalid_token';
  if (status === 401) return { 'www-authenticate': isBadToken ? 'Bearer error="invalid_token"' : 'Bearer' };
  const seconds = wait ?? (status === 503 ? RETRY_AFTER_S : undefined);
  return seconds === undefined ? {} : { 'retry-after': String(seconds) };
}
