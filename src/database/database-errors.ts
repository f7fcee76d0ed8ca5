import {
  QueryFailedError,
  QueryRunnerAlreadyReleasedError,
  QueryRunnerProviderAlreadyReleasedError,
} from 'typeorm';
import { ServiceBusyError } from '../common/domain-error.js';
import { CONNECTION_FAULTS } from './connection-faults.js';
import { isPreparedStatementStale, isQueryTimeout } from './postgres-client.js';

/** Somebody else has held a lock for longer than the transaction was to wait. */
export class LockTimeoutError extends ServiceBusyError {}

/** SQLSTATE codes after which the same transaction, run again, is expected to succeed. */
const RETRYABLE_STATES = new Set(['40001', '40P01']);

/**
 * "Not now": connections lost or refused (08, 28, 3D, 55000, 57P), resources
 * exhausted (53), a lock or a statement that took too long (55P03, 57014,
 * 25P03), a server that became read-only after a failover (25006).
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

/** A COMMIT may have been carried out where its answer is missing, from a server that goes down, or 40003. */
export function isOutcomeUnknown(error: unknown): boolean {
  const { code = '' } = driverErrorOf(error);
  return !/^[0-9A-Z]{5}$/.test(code) || /^(08|40003|57|58|XX)/.test(code);
}

/** The connection ended, as it does when the server restarts; another one may be fine. */
export function isConnectionLost(error: unknown): boolean {
  if (isConnectionReleased(error)) return true;
  const { code = '', message = '' } = driverErrorOf(error);
  return /^(57P01|57P02|ECONNRESET|EPIPE)$/.test(code) || /^Connection terminated/.test(message);
}

/** TypeORM releases a query runner by itself when its connection ends between two statements. */
function isConnectionReleased(error: unknown): boolean {
  return (
    error instanceof QueryRunnerAlreadyReleasedError ||
    error instanceof QueryRunnerProviderAlreadyReleasedError
  );
}

/** Whether the error says that the named unique constraint refused the row. */
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

/** Turns "not now" into the one error for it, and leaves every other error as it is. */
export function asServiceBusy(error: unknown): unknown {
  if (driverErrorOf(error).code === '55P03') return new LockTimeoutError({ cause: error });
  return isDatabaseUnavailable(error) ? new ServiceBusyError({ cause: error }) : error;
}
