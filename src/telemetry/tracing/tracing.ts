import { context, diag, DiagLogLevel, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { delay } from '../../common/retry.js';
import { traceBy, type TraceContext } from '../../common/observation.js';
import type { Env } from '../../config/env.js';
import { LinkSampler } from './link-sampler.js';
import { tracePlacement } from './trace-placement.js';
import { traceRequests } from './trace-requests.js';

/** While the collector is away, spans beyond this number are dropped. */
const SPANS_WAITING_MAX = 2_048;
const BATCH_SPANS = 512;
const SEND_EVERY_MS = 500;
const SEND_TIMEOUT_MS = 5_000;
const STOP_MS_MAX = 500;
const COMPLAINT_INTERVAL_MS = 60_000;
/** As many as the largest group may have orders. */
const LINKS_MAX = 1_000;

export class Tracing {
  /** Must be called before any other hook is added. */
  readonly watch = traceRequests;
  private readonly provider: TracerProvider;

  /** Once per process. */
  constructor(env: Env, logger: Logger) {
    complainTo(logger);
    this.provider = new TracerProvider({
      resource: resourceFromAttributes({
        'service.name': env.OTEL_SERVICE_NAME,
        'service.instance.id': randomUUID(),
      }),
      spanLimits: { linkCountLimit: LINKS_MAX },
      sampler: new LinkSampler(
        new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(env.OTEL_TRACES_SAMPLER_ARG) }),
      ),
      spanProcessors: [processorTo(`${env.OTEL_EXPORTER_OTLP_ENDPOINT?.replace(/\/+$/, '')}/v1/traces`)],
    });
    trace.setGlobalTracerProvider(this.provider);
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    traceBy(ACTIVE);
    tracePlacement();
  }

  async stop(): Promise<void> {
    const stopped = this.provider.shutdown().catch(() => undefined);
    await Promise.race([stopped, delay(STOP_MS_MAX)]);
  }
}

const ACTIVE: TraceContext = {
  current: () => context.active(),
  bind: (run) => context.bind(context.active(), run),
  logFields() {
    const span = trace.getSpanContext(context.active());
    return span ? { trace_id: span.traceId, span_id: span.spanId } : {};
  },
};

function processorTo(url: string): BatchSpanProcessor {
  return new BatchSpanProcessor({
    exporter: new OTLPTraceExporter({ url, timeoutMillis: SEND_TIMEOUT_MS }),
    maxQueueSize: SPANS_WAITING_MAX,
    maxExportBatchSize: BATCH_SPANS,
    scheduledDelayMillis: SEND_EVERY_MS,
    exportTimeoutMillis: SEND_TIMEOUT_MS,
  });
}

function complainTo(logger: Logger): void {
  let quietUntil = 0;
  const complain = (reason: string) => {
    if (Date.now() < quietUntil) return;
    quietUntil = Date.now() + COMPLAINT_INTERVAL_MS;
    logger.warn({ reason: reason.slice(0, 500) }, 'traces are lost: OTEL_EXPORTER_OTLP_ENDPOINT');
  };
  const quiet = () => undefined;
  const levels = { error: complain, warn: complain, info: quiet, debug: quiet, verbose: quiet };
  diag.setLogger(levels, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}
