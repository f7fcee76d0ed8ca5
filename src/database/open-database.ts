import { retry } from '../common/retry.js';
import type { Env } from '../config/env.js';
import { CONNECTION_FAULTS } from './connection-faults.js';
import { withConnection } from './with-connection.js';

const CONNECT_DEADLINE_MS = 30_000;
const RETRY_DELAY_MS = 500;
/** Beside those of the system, PostgreSQL's own: cannot connect now, too many connections. */
const PASSING_CODES = new Set([...CONNECTION_FAULTS, '57P03', '53300']);

export interface OpenDatabase {
  /** Contains the password: never log it. */
  readonly url: string;
  /** By which its schema is changed: the same one, unless another role owns it. */
  readonly migrationUrl: string;
  close(): Promise<void>;
}

/**
 * The database that the configuration asks for: the server at `DATABASE_URL`, waited for while it
 * starts, or the embedded one.
 * @param options `mayShare` for commands that run beside a service: its embedded server will do. `signal` ends
 *   the waiting, or the start of the embedded one.
 */
export async function openDatabase(
  env: Env,
  progress: (step: string) => void,
  options: { readonly mayShare?: boolean; readonly signal?: AbortSignal } = {},
): Promise<OpenDatabase> {
  const { DATABASE_URL: url, MIGRATION_DATABASE_URL: migrationUrl = url } = env;
  if (url !== undefined && migrationUrl !== undefined) {
    await waitForServer(migrationUrl, progress, options.signal);
    return { url, migrationUrl, close: () => Promise.resolve() };
  }
  // Loaded only here: the production image does not carry the embedded server.
  const { EmbeddedPostgres } = await import('./embedded/embedded-postgres.js');
  const server = await EmbeddedPostgres.start({ dataDir: env.DATA_DIR, progress, ...options });
  return { url: server.url, migrationUrl: server.url, close: () => server.stop() };
}

function waitForServer(url: string, progress: (step: string) => void, signal?: AbortSignal): Promise<void> {
  const deadline = Date.now() + CONNECT_DEADLINE_MS;
  return retry(
    () => withConnection(url, () => Promise.resolve()),
    (error, attempt) => {
      if (Date.now() > deadline || signal?.aborted || !mayPass(error)) return undefined;
      if (attempt === 1) progress('waiting for the PostgreSQL server at DATABASE_URL, up to 30 s');
      return RETRY_DELAY_MS;
    },
  );
}

/** A server that is not there yet, starting or full may come; wrong credentials or a wrong URL stay wrong. */
function mayPass(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return PASSING_CODES.has(code ?? '') || /^(timeout expired|Connection terminated)/.test(message);
}
