import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { collectDefaultMetrics, Counter, Gauge, register } from 'prom-client';
import { DataSource } from 'typeorm';
import { AUDITS } from '../../audit/audit-stock.js';
import { LOGINS } from '../../auth/sessions/sessions.service.js';
import { asDomainError } from '../../http/problems/problem.js';
import { Env } from '../../config/env.js';
import { ExpirySweeper } from '../../orders/expiry.sweeper.js';
import { OrdersService } from '../../orders/orders.service.js';
import { RequestDrain } from '../../health/request.drain.js';
import { WebhookDispatcher } from '../../webhooks/webhook.dispatcher.js';
import { measurePool, watchTransactions } from './database-metrics.js';
import { measureStreams, watchNumbering } from './event-metrics.js';
import { measure } from './measure.js';
import { httpMetrics } from './http-metrics.js';
import { measureQueue, watchExpiries, watchPlacement } from './placement-metrics.js';
import { measureWebhooks, watchDeliveries } from './webhook-metrics.js';

/** Gauges that are named like counters, and counts that must walk over all handles. */
const UNWANTED = ['handles', 'requests', 'resources'].flatMap((what) => [
  `nodejs_active_${what}`,
  `nodejs_active_${what}_total`,
]);

/** One per process: prom-client's registry is global. See docs/alerts.md. */
export class Metrics {
  readonly registry = register;
  readonly observeRequest = httpMetrics();

  constructor() {
    collectDefaultMetrics();
    for (const name of UNWANTED) register.removeSingleMetric(name);
    watchPlacement();
    watchExpiries();
    watchTransactions();
    watchLogins();
    watchAudits();
    watchNumbering();
    watchDeliveries();
  }

  measure(app: NestFastifyApplication): void {
    const env = app.get(Env);
    measureQueue(app.get(OrdersService), env.PLACEMENT_QUEUE_MAX);
    measurePool(app.get(DataSource), env.DATABASE_POOL_SIZE);
    const sweeper = app.get(ExpirySweeper);
    const overdueHelp = 'How long the oldest expired order had waited to be cancelled, at the last check.';
    measure('orders_overdue_seconds', overdueHelp, () => sweeper.overdueSeconds);
    measureStreams(app);
    measureWebhooks(app.get(WebhookDispatcher));
    const drain = app.get(RequestDrain);
    measure('http_requests_in_progress', 'Requests in progress.', () => drain.inProgress);
  }
}

function watchLogins(): void {
  const logins = new Counter({
    name: 'login_attempts_total',
    help: 'Attempts to sign in: succeeded, or the code of the problem.',
    labelNames: ['outcome'],
  });
  for (const outcome of ['succeeded', 'invalid-credentials', 'too-many-attempts']) logins.inc({ outcome }, 0);
  LOGINS.watch(async (work) => {
    const result = await work().catch((error: unknown) => {
      logins.inc({ outcome: asDomainError(error).code });
      throw error;
    });
    logins.inc({ outcome: 'succeeded' });
    return result;
  });
}

/** Two times, of which the later one tells the state: each process only knows the audits it ran itself. */
function watchAudits(): void {
  const audits = new Gauge({
    name: 'stock_audit_timestamp_seconds',
    help: 'When an audit of the stock last had this result: balanced or unbalanced.',
    labelNames: ['result'],
  });
  AUDITS.watch(async (work) => {
    const audit = await work();
    audits.set({ result: audit.balanced ? 'balanced' : 'unbalanced' }, Date.now() / 1000);
    return audit;
  });
}
