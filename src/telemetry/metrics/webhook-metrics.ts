import { Counter, Gauge } from 'prom-client';
import { DELIVERIES } from '../../webhooks/endpoint-worker.js';
import type { WebhookDispatcher } from '../../webhooks/webhook.dispatcher.js';
import { measure } from './measure.js';

export function watchDeliveries(): void {
  const deliveries = new Counter({
    name: 'webhook_deliveries_total',
    help: 'Attempts to deliver an event to a webhook endpoint: delivered or failed.',
    labelNames: ['outcome'],
  });
  for (const outcome of ['delivered', 'failed']) deliveries.inc({ outcome }, 0);
  DELIVERIES.watch(async (work) => {
    const fault = await work();
    deliveries.inc({ outcome: fault === undefined ? 'delivered' : 'failed' });
    return fault;
  });
}

/** Every process reports on all endpoints: alerts must use the maximum, not the sum. */
export function measureWebhooks(dispatcher: WebhookDispatcher): void {
  new Gauge({
    name: 'webhook_endpoints',
    help: 'Webhook endpoints, by state: working, failing, or switched_off after failures.',
    labelNames: ['state'],
    collect() {
      const { working, failing, switchedOff } = dispatcher.state;
      this.set({ state: 'working' }, working);
      this.set({ state: 'failing' }, failing);
      this.set({ state: 'switched_off' }, switchedOff);
    },
  });
  const eventsHelp = 'Events that the slowest active webhook endpoint is behind.';
  measure('webhook_lag_events', eventsHelp, () => dispatcher.state.lagEvents);
  const secondsHelp = 'How long the next event of the slowest active webhook endpoint has been waiting.';
  measure('webhook_lag_seconds', secondsHelp, () => dispatcher.state.lagSeconds);
}
