import type { LoggerService } from '@nestjs/common';
import { type DestinationStream, type Level, type Logger, pino } from 'pino';
import { traces } from '../common/observation.js';
import type { Env } from '../config/env.js';
import type { ProcessRole } from '../config/process-role.js';
import { BufferedLines } from './buffered-lines.js';

/** Chains of causes are cut off here: they may be circular. */
const CAUSES_MAX = 5;

const SECRETS = ['password', 'current_password', 'new_password', 'access_token', 'refresh_token'];
/** A safety net: nothing logs these today. A wildcard would make every line six times as expensive. */
const REDACTED = [
  ...SECRETS.flatMap((name) => [name, `body.${name}`]),
  ...['authorization', 'cookie'].flatMap((name) => [name, `headers.${name}`]),
];

/** The one logger of the process. With several processes, lines carry the process id. */
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

/** For a person who reads the log. */
async function prettyLines(): Promise<DestinationStream> {
  const { default: pretty } = await import('pino-pretty');
  return pretty({ sync: true, translateTime: 'HH:MM:ss.l', singleLine: true, ignore: 'context' });
}

/** An error and its causes, without the statement and parameters that TypeORM adds: these hold user input. */
function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return error;
  const { code, constraint, table } = error as Error & Record<string, unknown>;
  const cause = depth < CAUSES_MAX ? describeError(error.cause, depth + 1) : undefined;
  return { type: error.name, message: error.message, code, constraint, table, stack: error.stack, cause };
}

/** Writes Nest's messages to the same log. */
export class NestLogger implements LoggerService {
  readonly log = this.writerAt('info');
  readonly warn = this.writerAt('warn');
  readonly error = this.writerAt('error');

  constructor(private readonly logger: Logger) {}

  /** Nest passes the context last, or the stack of an error. */
  private writerAt(level: Level) {
    return (message: unknown, ...rest: unknown[]): void => {
      const error = message instanceof Error ? message : undefined;
      const last = rest.at(-1);
      const context = typeof last === 'string' && last !== error?.stack ? last : '';
      const isFrameworkNoise = level === 'info' && NOISY_CONTEXTS.has(context);
      const fields = error ? { err: error } : typeof message === 'object' ? message : {};
      const text = typeof message === 'string' ? message : (error?.message ?? context);
      this.logger[isFrameworkNoise ? 'debug' : level]({ context, ...fields }, text);
    };
  }
}

/** They report every module and route when the service starts. */
const NOISY_CONTEXTS = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);
