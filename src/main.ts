import { delay } from './common/retry.js';
import { BadConfigurationError, EXIT_CODE_BAD_CONFIGURATION, loadEnv } from './config/load-env.js';
import type { Env } from './config/env.js';
import { createLogger } from './telemetry/logger.js';
import { explainStartFailure } from './runtime/start-failure.js';
import { processRole } from './config/process-role.js';
import { sendStartFailure } from './runtime/workers/start-failure-message.js';

/** npm repeats a Ctrl-C that the terminal has already sent; a person's second one comes later. */
const SAME_SIGNAL_MS = 500;
/** A stop that takes longer hangs, for example on a frozen database. A primary waits for its workers. */
const STOP_DEADLINE_MS = { alone: 9_500, primary: 9_500, worker: 6_500 };
/** A stop during the start waits this long for it, to undo it; a worker has nothing to undo. */
const START_GRACE_MS = { alone: 3_000, primary: 3_000, worker: 0 };

function readConfiguration(): Env {
  try {
    return loadEnv();
  } catch (error) {
    if (!(error instanceof BadConfigurationError)) throw error;
    console.error(error.message);
    process.exit(EXIT_CODE_BAD_CONFIGURATION);
  }
}

const env = readConfiguration();
const role = processRole(env);
const logger = await createLogger(env, role);
// Loaded only now, so that an invalid configuration is reported at once.
const { Service } = await import('./runtime/service.js');
const stopping = new AbortController();
const service = new Service(env, logger, {
  role,
  signal: stopping.signal,
  // Loaded lazily: a primary serves no requests and saves the memory.
  createApp: async (secrets, telemetry) => {
    const { createApp } = await import('./app.setup.js');
    return createApp(env, secrets, logger, telemetry);
  },
  giveUp: (reason) => void fail(reason),
});
const started = service.start();
let stoppingSince: number | undefined;
let firstSignal: NodeJS.Signals | undefined;

async function stop(exitCode: number): Promise<void> {
  stoppingSince = Date.now();
  stopping.abort();
  setTimeout(() => {
    logger.fatal('could not stop in time');
    process.exit(1);
  }, env.STOP_DELAY_MS + STOP_DEADLINE_MS[role]).unref();
  await Promise.race([started.catch(() => undefined), delay(START_GRACE_MS[role])]);
  try {
    await service.stop();
  } catch (error) {
    logger.error({ err: error }, 'could not stop cleanly');
    exitCode = 1;
  }
  if (exitCode === 0) say('stopped');
  process.exit(exitCode);
}

/** What all processes would log alike, workers log at debug level. */
function say(text: string): void {
  logger[role === 'worker' ? 'debug' : 'info'](text);
}

function onSignal(signal: NodeJS.Signals): void {
  if (stoppingSince === undefined) {
    firstSignal = signal;
    say(`${signal}: stopping`);
    void stop(0);
  } else if (role === 'worker') {
    // A terminal sends Ctrl-C to all processes, and then the primary stops its workers too.
    logger.debug(`${signal}: stopping already`);
  } else if (signal !== firstSignal || Date.now() - stoppingSince > SAME_SIGNAL_MS) {
    logger.warn(`${signal}: ending at once`);
    process.exit(1);
  }
}

function onFault(error: unknown): void {
  logger.fatal({ err: error }, 'unexpected error');
  if (stoppingSince === undefined) void stop(1);
}

async function fail(reason: string, exitCode = 1): Promise<void> {
  if (stoppingSince !== undefined) return;
  if (role === 'worker') await sendStartFailure(reason);
  else logger.fatal(reason);
  void stop(exitCode);
}

function onFailedStart(error: unknown): Promise<void> {
  const { reason, exitCode } = explainStartFailure(error);
  return fail(role === 'worker' ? reason : `The service could not start: ${reason}`, exitCode);
}

process.on('SIGINT', onSignal);
process.on('SIGTERM', onSignal);
process.on('SIGHUP', onSignal);
process.on('uncaughtException', onFault);
process.on('unhandledRejection', onFault);

started.catch(onFailedStart);
