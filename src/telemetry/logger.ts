import type { LoggerService } from '@nestjs/common';
import { type DestinationStream, type Level, type Logger, pino } from 'pino';
import { traces } from '../common/observation.js';
import type { Env } from '../config/env.js';
import type { ProcessRole } from '../config/process-role.js';
import { BufferedLines } from './buffered-lines.js';

/** Causes of causes of causes; an error that goes deeper, or in a circle, is cut off. */
const CAUSES_MAX = 5;

const SECRETS = ['password', 'current_password', 'new_password', 'access_token', 'refresh_token'];
/**
 * Nobody logs these; it is for the day when somebody does.
 * A wildcard would make every line six times as dear.
 */
const REDACTED = [
  ...SECRETS.flatMap((name) => [name, `body.${name}`]),
  ...['authorization', 'cookie'].flatMap((name) => [name, `headers.${name}`]),
];

/** The one logger of the process. Lines carry the id of the process where there are several. */
export async function createLogger(
  env: Pick<Env, 'LOG_LEVEL' | 'LOG_FORMAT' | 'OTEL_EXPORTER_OTLP_ENDPOINT'>,
  role: ProcessRole = 'alone',
): Promise<Logger> {
  const options = {
    level: env.LOG_LEVEL,
    base: role === 'alone' ? null : { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: (error: unknown) => describeError(error) },
    redact: { paths: REDACTED, censor: '[redacted]' },
    ...(env.OTEL_EXPORTER_OTLP_ENDPOINT === undefined ? {} : { mixin: () => ({ ...traces.logFields() }) }),
  };
  const lines =
    env.LOG_FORMAT === 'json'
      ? new BufferedLines(pino.destination({ dest: 1, sync: true }))
      : await prettyLines();
  return pino(options, lines);
}

/** Loaded only where a person reads the log. */
async function prettyLines(): Promise<DestinationStream> {
  const { default: pretty } = await import('pino-pretty');
  return pretty({ sync: true, translateTime: 'HH:MM:ss.l', singleLine: true, ignore: 'context' });
}

/**
 * An error and its causes, without the statement and the parameters that TypeORM attaches: users typed those.
 */
function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return error;
  const { code, constraint, table } = error as Error & Record<string, unknown>;
  const cause =
    depth < CAUSES_MAX && error.cause !== undefined ? { cause: describeError(error.cause, depth + 1) } : {};
  return { type: error.name, message: error.message, code, constraint, table, stack: error.stack, ...cause };
}

/** Lets Nest write to the same log. */
export class NestLogger implements LoggerService {
  readonly log = this.writerAt('info');
  readonly warn = this.writerAt('warn');
  readonly error = this.writerAt('error');
  readonly fatal = this.writerAt('fatal');
  readonly debug = this.writerAt('debug');
  readonly verbose = this.writerAt('trace');

  constructor(private readonly logger: Logger) {}

  /** Nest passes the context last, and for errors the stack before it. */
  private writerAt(level: Level) {
    return (message: unknown, ...rest: unknown[]): void => {
      const context = typeof rest.at(-1) === 'string' ? (rest.at(-1) as string) : '';
      const isFrameworkNoise = level === 'info' && NOISY_CONTEXTS.has(context);
      const fields = message !== null && typeof message === 'object' ? message : {};
      const text = typeof message === 'string' ? message : context;
      this.logger[isFrameworkNoise ? 'debug' : level]({ context, ...fields }, text);
    };
  }
}

/** They report every module and route at start. */
const NOISY_CONTEXTS = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);
