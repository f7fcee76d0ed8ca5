import { describe, expect, it } from '@jest/globals';
import { Client } from './support/client.js';
import { until } from './support/database.js';
import { MetricsPage } from './support/metrics-page.js';
import { WebhookReceiver } from './support/webhook-receiver.js';
import { addWebhook, endPause } from './support/webhooks.js';
import { useWorld } from './support/world.js';

const given = useWorld({ METRICS_PORT: '0', WEBHOOKS: 'on' });
const operations = Client.ofOperations(() => given.service.operationsUrl);
const page = async () => new MetricsPage((await operations.get('/metrics')).text);
const pageShows = (what: string, isSo: (now: MetricsPage) => boolean) =>
  until(what, async () => isSo(await page()));
const endpoints = (now: MetricsPage, state: string) => now.sum('webhook_endpoints', { state });
const deliveries = (now: MetricsPage, outcome: string) => now.sum('webhook_deliveries_total', { outcome });

// Guarantees that the metrics show an endpoint that does not get its events.
describe('the metrics of webhooks', () => {
  it('count deliveries and failures, and show the lag of the slowest endpoint and which are switched off', async () => {
    const receiver = await WebhookReceiver.start();
    const webhook = await addWebhook(given, receiver);

    await given.product();
    await receiver.has(1);
    await pageShows(
      'it works',
      (now) => endpoints(now, 'working') === 1 && deliveries(now, 'delivered') === 1,
    );
    await pageShows('it is up to date', (now) => now.sum('webhook_lag_events') === 0);
    const working = await page();

    receiver.answering(500);
    const other = await WebhookReceiver.start();
    const upToDate = await addWebhook(given, other);
    for (let n = 0; n < 3; n += 1) await given.product();
    await pageShows('one fails', (now) => endpoints(now, 'failing') === 1);
    await pageShows('the other has 3 events', (now) => deliveries(now, 'delivered') === 4);
    await pageShows('the one that fails is 3 behind', (now) => now.sum('webhook_lag_events') === 3);
    await given.database.rows(
      `UPDATE events SET occurred_at = occurred_at - interval '1 hour' WHERE last_id = $1`,
      [webhook.position + 2],
    );
    await pageShows('its next event is an hour old', (now) => now.sum('webhook_lag_seconds') > 3_600);
    const failing = await page();

    receiver.answering(410);
    await endPause(given, webhook);
    await pageShows('it is switched off', (now) => endpoints(now, 'switched_off') === 1);
    const off = await page();
    const { client: admin } = await given.admin();
    await admin.patch(`/webhooks/${upToDate.id}`, { is_active: false });
    await pageShows('an admin has switched off the other', (now) => endpoints(now, 'working') === 0);
    const bothOff = await page();
    await admin.delete(`/webhooks/${webhook.id}`);
    await pageShows('what failed is deleted', (now) => endpoints(now, 'switched_off') === 0);
    await Promise.all([receiver.stop(), other.stop()]);

    expect(deliveries(working, 'failed')).toBe(0);
    expect(working.sum('webhook_lag_seconds')).toBe(0);
    expect(deliveries(failing, 'failed')).toBeGreaterThan(0);
    expect(endpoints(failing, 'working')).toBe(1);
    expect([endpoints(off, 'working'), endpoints(off, 'failing')]).toEqual([1, 0]);
    expect([off.sum('webhook_lag_events'), off.sum('webhook_lag_seconds')]).toEqual([0, 0]);
    expect(endpoints(bothOff, 'switched_off')).toBe(1);
  });
});
