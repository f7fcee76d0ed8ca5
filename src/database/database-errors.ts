import {
  QueryFailedError,
  QueryRunnerAlreadyReleasedError,
  QueryRunnerProviderAlreadyReleasedError,
} from 'typeorm';
import { ServiceBusyError } from '../common/domain-error.js';
import { isPreparedStatementStale, isQueryTimeout } from './postgres-client.js';

/** Another transaction has held a lock for too long. */
export class LockTimeoutError extends ServiceBusyError {}

/** Codes of the operating system for a server that cannot be reached. */
export const CONNECTION_FAULTS: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** SQLSTATE codes after which the same transaction is expected to succeed when it is run again. */
const RETRYABLE_STATES = new Set(['40001', '40P01']);

/**
 * SQLSTATE codes that mean "try again later": connection lost or refused (08, 28, 3D, 55000, 57P), out of
 * resources (53), timeout of a lock, statement or transaction (55P03, 57014, 25P03, 25P04), read-only server
 * after a failover (25006), deadlock or serialization failure (40P01, 40001).
 */
const BUSY_STATES = /^(08|28|3D|53|57P|55000|55P03|57014|25P03|25P04|25006|40001|40P01)/;

/** pg has no codes for these. */
const CONNECTION_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|Cannot use a pool after|Driver not Connected)/i;

function driverErrorOf(error: unknown): { code?: string; constraint?: string; message?: string } {
  const driverError: unknown = error instanceof QueryFailedError ? error.driverError : error;
  return driverError !== null && typeof driverError === 'object' ? driverError : {};
}

export function isRetryable(error: unknown): boolean {
  return (
    RETRYABLE_STATES.has(driverErrorOf(error).code ?? '') || isPreparedStatementStale(driverErrorOf(error))
  );
}

/**
 * Whether a COMMIT that failed like this may have been carried out: its answer was lost (no SQLSTATE), the
 * server was going down, or it does not know itself (40003).
 */
export function isOutcomeUnknown(error: unknown): boolean {
  const { code = '' } = driverErrorOf(error);
  const isSqlState = /^(?=.*\d)[0-9A-Z]{5}$/.test(code);
  return !isSqlState || /^(08|40003|57|58|XX)/.test(code);
}

/** The connection ended, for example because the server restarts. Another one may work. */
export function isConnectionLost(error: unknown): boolean {
  if (isConnectionReleased(error)) return true;
  const { code = '', message = '' } = driverErrorOf(error);
  return /^(57P01|57P02|ECONNRESET|EPIPE)$/.test(code) || /^Connection terminated/.test(message);
}

/** TypeORM releases a query runner whose connection ends between two statements. */
function isConnectionReleased(error: unknown): boolean {
  return (
    error instanceof QueryRunnerAlreadyReleasedError ||
    error instanceof QueryRunnerProviderAlreadyReleasedError
  );
}

/** Whether this unique constraint refused the row. */
export function violates(error: unknown, constraint: string): boolean {
  const { code, constraint: name } = driverErrorOf(error);
  return code === '23505' && name === constraint;
}

function isDatabaseUnavailable(error: unknown): boolean {
  const { code, message } = driverErrorOf(error);
  if (code !== undefined && (BUSY_STATES.test(code) || CONNECTION_FAULTS.has(code))) return true;
  if (isPreparedStatementStale(driverErrorOf(error)) || isConnectionReleased(error)) return true;
  return isQueryTimeout(driverErrorOf(error)) || CONNECTION_MESSAGES.test(message ?? '');
}

/** Maps errors that mean "try again later" to `ServiceBusyError`, and returns every other error unchanged. */
export function asServiceBusy(error: unknown): unknown {
  if (driverErrorOf(error).code === '55P03') return new LockTimeoutError({ cause: error });
  return isDatabaseUnavailable(error) ? new ServiceBusyError({ cause: error }) : error;
}
