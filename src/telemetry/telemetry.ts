import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Env } from '../config/env.js';
import type { Metrics } from './metrics/metrics.js';
import type { Metric } from './metrics/worker-page.js';
import { watchRequests } from '../http/finished-requests.js';
import { requestLog } from './request-log.js';
import type { Tracing } from './tracing/tracing.js';

/**
 * The request log, metrics with METRICS_PORT, traces with
 * OTEL_EXPORTER_OTLP_ENDPOINT; loaded only when asked for.
 */
export class Telemetry {
  private constructor(
    private readonly logger: Logger,
    private readonly metrics?: Metrics,
    private readonly tracing?: Tracing,
  ) {}

  /** Once per process. */
  static async start(env: Env, logger: Logger): Promise<Telemetry> {
    const metrics = env.METRICS_PORT === undefined ? undefined : await import('./metrics/metrics.js');
    const tracing =
      env.OTEL_EXPORTER_OTLP_ENDPOINT === undefined ? undefined : await import('./tracing/tracing.js');
    return new Telemetry(logger, metrics && new metrics.Metrics(), tracing?.Tracing.start(env, logger));
  }

  /** Must be called before any other hook is added. */
  watch(fastify: FastifyInstance): void {
    this.tracing?.watch(fastify);
    const log = this.logger.isLevelEnabled('info') ? [requestLog(this.logger)] : [];
    watchRequests(fastify, [...log, ...(this.metrics ? [this.metrics.requests] : [])]);
  }

  measure(app: NestFastifyApplication): void {
    this.metrics?.measure(app);
  }

  async metricsData(): Promise<readonly Metric[]> {
    return (await this.metrics?.registry.getMetricsAsJSON()) ?? [];
  }

  metricsText(): Promise<string> {
    return this.metrics?.registry.metrics() ?? Promise.resolve('');
  }

  /** Takes half a second at most. */
  async stop(): Promise<void> {
    await this.tracing?.stop();
  }
}
