import { retry } from '../common/retry.js';
import type { Env } from '../config/env.js';
import { CONNECTION_FAULTS } from '../database/database-errors.js';
import type { EmbeddedPostgresOptions } from '../database/embedded/embedded-postgres.js';
import { withConnection } from '../database/with-connection.js';

const CONNECT_DEADLINE_MS = 30_000;
const RETRY_DELAY_MS = 500;
/** With those of PostgreSQL for "starting up" and "too many connections". */
const PASSING_CODES = new Set([...CONNECTION_FAULTS, '57P03', '53300']);

export interface OpenDatabase {
  /** Contains the password: never log it. */
  readonly url: string;
  /** For migrations: the same, unless another role owns the schema. */
  readonly migrationUrl: string;
  close(): Promise<void>;
}

export type OpenDatabaseOptions = Pick<EmbeddedPostgresOptions, 'mayShare' | 'existingTo' | 'signal'>;

/** Waits for the server at `DATABASE_URL`, or starts the embedded one. */
export async function openDatabase(
  env: Env,
  progress: (step: string) => void,
  options: OpenDatabaseOptions = {},
): Promise<OpenDatabase> {
  const { DATABASE_URL: url, MIGRATION_DATABASE_URL: migrationUrl } = env;
  if (url !== undefined) {
    if (migrationUrl !== undefined)
      await waitForServer('MIGRATION_DATABASE_URL', migrationUrl, progress, options.signal);
    await waitForServer('DATABASE_URL', url, progress, options.signal);
    return { url, migrationUrl: migrationUrl ?? url, close: () => Promise.resolve() };
  }
  // Loaded only here: the production image does not contain the embedded server.
  const { EmbeddedPostgres } = await import('../database/embedded/embedded-postgres.js');
  const server = await EmbeddedPostgres.start({ dataDir: env.DATA_DIR, progress, ...options });
  return { url: server.url, migrationUrl: server.url, close: () => server.stop() };
}

function waitForServer(
  name: string,
  url: string,
  progress: (step: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + CONNECT_DEADLINE_MS;
  return retry(
    () => withConnection(url, () => Promise.resolve()),
    (error, attempt) => {
      if (Date.now() > deadline || signal?.aborted || !mayPass(error)) return undefined;
      if (attempt === 1) progress(`waiting for the PostgreSQL server at ${name}, up to 30 s`);
      return RETRY_DELAY_MS;
    },
  ).catch((error: unknown) => {
    throw new Error(`${name}: ${adviceFor(error as NodeJS.ErrnoException)}`, { cause: error });
  });
}

/** Whether waiting may help: a server may be starting or full, but wrong credentials stay wrong. */
function mayPass(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return PASSING_CODES.has(code ?? '') || /^(timeout expired|Connection terminated)/.test(message);
}

function adviceFor(error: NodeJS.ErrnoException): string {
  const { code = '', message } = error;
  if (mayPass(error))
    return `PostgreSQL does not answer (${message || code}). Check host and port, and whether it is running.`;
  if (code.startsWith('28')) return `PostgreSQL says: ${message}. Check user and password.`;
  if (code === '3D000') return `PostgreSQL says: ${message}. Create it, or check the name.`;
  return `PostgreSQL cannot be used (${message || code}).`;
}
