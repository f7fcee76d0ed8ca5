import type { LoggerService } from '@nestjs/common';
import { type Logger, pino, type DestinationStream } from 'pino';
import PinoPretty from 'pino-pretty';
import type { Env } from '../config/env.js';
import type { ProcessRole } from '../workers/process-role.js';

/**
 * The one logger of the process: JSON lines, or one readable line each where a person looks on. Lines carry the id of
 * the process where there are several.
 */
export function createLogger(
  { LOG_LEVEL, LOG_FORMAT }: Pick<Env, 'LOG_LEVEL' | 'LOG_FORMAT'>,
  role: ProcessRole,
): Logger {
  const options = {
    level: LOG_LEVEL,
    base: role === 'alone' ? null : { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: describeError },
  };
  return LOG_FORMAT === 'json' ? pino(options) : pino(options, prettyLines());
}

function prettyLines(): DestinationStream {
  return PinoPretty({ sync: true, translateTime: 'HH:MM:ss.l', singleLine: true, ignore: 'context' });
}

/**
 * An error as the log shows it. Of a failed query only the server's words and codes: the text and the
 * parameters that TypeORM attaches may hold what users have typed.
 */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code, constraint, table } = error as Error & Record<string, unknown>;
  return { type: error.name, message: error.message, code, constraint, table, stack: error.stack };
}

/** Lets Nest write to the same log. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write('info', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  /** Nest passes the context last, and for errors the stack before it. */
  private write(
    level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal',
    message: unknown,
    rest: unknown[],
  ): void {
    const context = typeof rest.at(-1) === 'string' ? (rest.at(-1) as string) : '';
    const isFrameworkNoise = level === 'info' && NOISY_CONTEXTS.has(context);
    const fields = message !== null && typeof message === 'object' ? message : {};
    const text = typeof message === 'string' ? message : context;
    this.logger[isFrameworkNoise ? 'debug' : level]({ context, ...fields }, text);
  }
}

/** Nest tells every module and route as it starts; that is detail. */
const NOISY_CONTEXTS = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);
