import { retry } from '../common/retry.js';
import type { Env } from '../config/env.js';
import { CONNECTION_FAULTS } from '../database/connection-faults.js';
import { withConnection } from '../database/with-connection.js';

const CONNECT_DEADLINE_MS = 30_000;
const RETRY_DELAY_MS = 500;
/** With PostgreSQL's own: cannot connect now, too many connections. */
const PASSING_CODES = new Set([...CONNECTION_FAULTS, '57P03', '53300']);

export interface OpenDatabase {
  /** Contains the password: never log it. */
  readonly url: string;
  /** By which its schema is changed: the same one, unless another role owns it. */
  readonly migrationUrl: string;
  close(): Promise<void>;
}

export interface OpenDatabaseOptions {
  /** For commands that run beside a service: its embedded server will do. */
  readonly mayShare?: boolean;
  /** What a command does that has no use for an empty database, for which no embedded one is made. */
  readonly existingTo?: string;
  /** Ends the waiting for a server, or the start of the embedded one. */
  readonly signal?: AbortSignal;
}

/** The server at `DATABASE_URL`, waited for while it starts, or the embedded one. */
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
  // Loaded only here: the production image does not carry the embedded server.
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

/** A server that is starting or full may come; wrong credentials stay wrong. */
function mayPass(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return PASSING_CODES.has(code ?? '') || /^(timeout expired|Connection terminated)/.test(message);
}

function adviceFor(error: NodeJS.ErrnoException): string {
  const { code = '', message } = error;
  if (mayPass(error))
    return `PostgreSQL does not answer (${message || code}). Check host and port, and whether it runs.`;
  if (code.startsWith('28')) return `PostgreSQL says ${message}. Check user and password.`;
  if (code === '3D000') return `PostgreSQL says ${message}. Create it, or check the name.`;
  return `PostgreSQL cannot be used (${message || code}).`;
}
