import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { ADVISORY_LOCKS } from './advisory-locks.js';
import { commandDataSource, MIGRATIONS_TABLE } from './data-source.js';
import { grantToService } from './service-grants.js';
import { assertSuitable } from './server-check.js';
import { SessionClient } from './session-client.js';

/** How long a start waits for another process that is migrating. */
const LOCK_TIMEOUT_MS = 120_000;

/**
 * Runs all pending migrations in one transaction, and returns their names.
 * @param serviceUrl its role, unless it is that of `url`, gets the rights that the service needs.
 */
export function runMigrations(url: string, serviceUrl = url): Promise<string[]> {
  const serviceRole = roleOf(serviceUrl);
  return underMigrationLock(url, async (dataSource) => {
    const executed = await dataSource.runMigrations();
    if (serviceRole !== undefined && serviceRole !== roleOf(url)) {
      await dataSource.transaction((manager) => grantToService(manager, serviceRole));
    }
    return executed.map(({ name }) => name);
  });
}

function roleOf(url: string): string | undefined {
  return new Client({ connectionString: url }).user;
}

/** Reverts the latest migration, including its data, and returns its name. */
export function revertLastMigration(url: string): Promise<string | undefined> {
  return underMigrationLock(url, async (dataSource) => {
    const latest = (await executedNames(dataSource)).at(-1);
    if (latest !== undefined) await dataSource.undoLastMigration();
    return latest;
  });
}

export function listMigrations(url: string): Promise<{ name: string; executed: boolean }[]> {
  return underMigrationLock(url, async (dataSource) => {
    const executed = new Set(await executedNames(dataSource));
    return dataSource.migrations.map(({ name, constructor }) => {
      const migration = name ?? constructor.name;
      return { name: migration, executed: executed.has(migration) };
    });
  });
}

async function executedNames(dataSource: DataSource): Promise<string[]> {
  const [table] = await dataSource.query<{ found: string | null }[]>(
    `SELECT to_regclass('${MIGRATIONS_TABLE}') AS found`,
  );
  if (!table?.found) return [];
  const rows = await dataSource.query<{ name: string }[]>(`SELECT name FROM ${MIGRATIONS_TABLE} ORDER BY id`);
  return rows.map(({ name }) => name);
}

/** Processes that start together take turns. The lock ends with its process. */
async function underMigrationLock<T>(url: string, work: (dataSource: DataSource) => Promise<T>): Promise<T> {
  const lock = new SessionClient({ connectionString: url, connectionTimeoutMillis: 5_000 });
  await lock.connect();
  const dataSource = commandDataSource(url);
  try {
    await assertSuitable(lock);
    // Held by a transaction: outside of one, a pooler may give the connection to another client.
    await lock.query('BEGIN');
    await lock.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
    await lock.query('SET LOCAL idle_in_transaction_session_timeout = 0');
    await lock.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.migrations]);
    await dataSource.initialize();
    return await work(dataSource);
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy();
    await lock.end();
  }
}
