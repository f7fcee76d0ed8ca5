import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { address, integerBetween, IsHttpUrl, share } from './env-rules.js';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export const LOG_FORMATS = ['pretty', 'json'] as const;

/** What the service tells whoever runs it: logs, metrics and traces. A part of `Env`. */
export abstract class OperationsEnv {
  @IsIn(LOG_LEVELS) readonly LOG_LEVEL: (typeof LOG_LEVELS)[number] = 'info';
  @IsIn(LOG_FORMATS) readonly LOG_FORMAT!: (typeof LOG_FORMATS)[number];

  /** The port of `/metrics` and of health during start and stop; without it there are no metrics. */
  @IsOptional() @integerBetween(0, 65_535) readonly METRICS_PORT?: number;
  @address() readonly METRICS_HOST: string = '127.0.0.1';

  /** Where traces are sent, by OTLP over HTTP; without it there are none. */
  @IsOptional() @IsHttpUrl() readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string;
  @IsString() @MaxLength(255) readonly OTEL_SERVICE_NAME: string = 'mini-order-system';

  /** The share of traces that are recorded where the caller has not decided, 0 to 1. */
  @share() readonly OTEL_TRACES_SAMPLER_ARG: number = 1;
}
