import { Counter, Gauge, Histogram } from 'prom-client';
import type { DataSource } from 'typeorm';
import { DomainError, ServiceBusyError } from '../../common/domain-error.js';
import { asServiceBusy, isRetryable } from '../../database/database-errors.js';
import { poolOf } from '../../database/pool.js';
import { COMMITS, OutcomeUnknownError, TRANSACTIONS } from '../../database/transaction.runner.js';
import { measure, timed } from './measure.js';

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export function watchTransactions(): void {
  const durations = new Histogram({
    name: 'database_transaction_duration_seconds',
    help: 'One attempt at a writing transaction, from the request for a connection, by outcome.',
    labelNames: ['outcome'],
    buckets: BUCKETS,
  });
  const commits = new Histogram({
    name: 'database_commit_duration_seconds',
    help: 'From sending COMMIT, with the write in front of it, to its answer.',
    buckets: BUCKETS,
  });
  const retries = new Counter({
    name: 'database_transaction_retries_total',
    help: 'Transactions that were retried after a deadlock or a lost connection.',
  });
  TRANSACTIONS.watch(async (work, attempt) => {
    if (attempt > 1) retries.inc();
    const end = durations.startTimer();
    const result = await work().catch((error: unknown) => {
      end({ outcome: outcomeOf(error) });
      throw error;
    });
    end({ outcome: 'committed' });
    return result;
  });
  COMMITS.watch((work) => timed(commits, work));
}

function outcomeOf(error: unknown): string {
  if (error instanceof OutcomeUnknownError) return 'unknown';
  if (isRetryable(error)) return 'conflict';
  const known = asServiceBusy(error);
  if (known instanceof ServiceBusyError) return 'unavailable';
  return known instanceof DomainError ? 'refused' : 'failed';
}

export function measurePool(dataSource: DataSource, size: number): void {
  new Gauge({
    name: 'database_pool_connections',
    help: 'Connections to PostgreSQL, by whether they are in use.',
    labelNames: ['state'],
    collect() {
      const { totalCount = 0, idleCount = 0 } = poolOf(dataSource) ?? {};
      this.set({ state: 'used' }, totalCount - idleCount);
      this.set({ state: 'idle' }, idleCount);
    },
  });
  const limitHelp = 'Largest number of connections (DATABASE_POOL_SIZE).';
  measure('database_pool_connections_limit', limitHelp, () => size);
  const waiting = () => poolOf(dataSource)?.waitingCount ?? 0;
  measure('database_pool_waiting', 'Work that waits for a connection.', waiting);
}
