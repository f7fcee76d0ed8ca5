import { once } from 'node:events';
import { loadEnv } from '../config/load-env.js';
import { type OpenDatabase, openDatabase, type OpenDatabaseOptions } from '../runtime/open-database.js';
import { explainStartFailure } from '../runtime/start-failure.js';

type Work = (database: OpenDatabase) => Promise<number>;

/**
 * Runs a command on the service's database; the result of `work` is the exit code. Starts the embedded server
 * if it is not running, and stops it in the end.
 */
export async function withDatabase(
  work: Work,
  options: Pick<OpenDatabaseOptions, 'existingTo'> = {},
): Promise<void> {
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => interruption.abort());
  const { signal } = interruption;
  const exitCode = await runOn(work, { ...options, mayShare: true, signal }).catch((error: unknown) => {
    const failure = explainStartFailure(error);
    console.error(signal.aborted ? 'interrupted' : failure.reason);
    return failure.exitCode;
  });
  // Interrupted work may not have ended yet.
  if (signal.aborted) process.exit(exitCode);
  process.exitCode = exitCode;
}

async function runOn(
  work: Work,
  options: OpenDatabaseOptions & { readonly signal: AbortSignal },
): Promise<number> {
  const env = loadEnv({ signsTokens: false });
  const database = await openDatabase(env, (step) => console.error(step), options);
  try {
    options.signal.throwIfAborted();
    const interrupted = once(options.signal, 'abort').then(() => options.signal.throwIfAborted());
    return (await Promise.race([work(database), interrupted])) as number;
  } finally {
    await database.close();
  }
}
