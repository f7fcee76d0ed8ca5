import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { traces } from '../common/observation.js';
import type { Env } from '../config/env.js';
import type { Metrics } from './metrics/metrics.js';
import type { Metric } from './metrics/worker-page.js';
import type { Tracing } from './tracing/tracing.js';

/**
 * The request log, metrics with METRICS_PORT, and traces with OTEL_EXPORTER_OTLP_ENDPOINT. Libraries that
 * are not needed are not loaded.
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
    return new Telemetry(
      logger,
      metrics && new metrics.Metrics(),
      tracing && new tracing.Tracing(env, logger),
    );
  }

  /** Must be called before any other hook is added. */
  watch(fastify: FastifyInstance): void {
    this.tracing?.watch(fastify);
    const isLogging = this.logger.isLevelEnabled('info');
    if (!isLogging && this.metrics === undefined) return;
    fastify.addHook('onRequest', (request, reply, done) => {
      const finish = () => {
        if (isLogging) logRequest(this.logger, request, reply);
        this.metrics?.observeRequest(request, reply);
      };
      reply.raw.once('close', traces.bind(finish));
      done();
    });
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

/** One line a request, with the route instead of the URL: a query string may hold private data. */
function logRequest(logger: Logger, request: FastifyRequest, reply: FastifyReply): void {
  const route = request.routeOptions.url;
  // Load balancers probe all day long.
  const level = route?.startsWith('/health/') ? 'debug' : 'info';
  const fields = {
    request_id: request.id,
    method: request.method,
    route: route ?? '(none)',
    status: reply.statusCode,
    duration_ms: Math.round(reply.elapsedTime * 10) / 10,
    user_id: request.user?.id,
    ...(reply.raw.writableFinished ? {} : { aborted: true }),
  };
  logger[level](fields, 'request');
}
