import { describe, expect, it } from '@jest/globals';
import type { OrderBody, WebhookBody } from './support/api-types.js';
import { lastEvent } from './support/events.js';
import { WebhookReceiver } from './support/webhook-receiver.js';
import { addWebhook, endPause, placeOrders, useReceiver, webhookIs } from './support/webhooks.js';
import { useWorld } from './support/world.js';

const given = useWorld({ WEBHOOKS: 'on' });

// Guarantees that a failing endpoint loses no event, delays no other, and shows why it fails.
describe('a webhook endpoint that does not accept an event', () => {
  const receiver = useReceiver(given);

  it('gets the same event again until it answers 2xx, and no later one before', async () => {
    const webhook = await addWebhook(given, receiver, ['order.placed']);
    receiver.answering(500);
    const [first, second] = (await placeOrders(given, 2)) as [OrderBody, OrderBody];
    const failing = await webhookIs(given, webhook, 'failing', (now) => now.last_error !== null);
    receiver.accepting();
    await endPause(given, webhook);
    const working = await webhookIs(given, webhook, 'working', (now) => now.failing_since === null);

    expect(failing).toMatchObject({ last_error: 'It answered 500.', is_active: true });
    expect(failing.failing_since).not.toBeNull();
    expect(working.last_error).toBeNull();
    await receiver.has(3);
    const orders = receiver.messages.map(({ event }) => event.data.id);
    expect(orders.filter((id, index) => orders.indexOf(id) === index)).toEqual([first.id, second.id]);
    expect(orders.filter((id) => id === first.id).length).toBeGreaterThan(1);
    expect(new Set(receiver.messages.map(({ id }) => id)).size).toBe(2);
  });

  it('accepts with any 2xx, but not with a redirect', async () => {
    const webhook = await addWebhook(given, receiver, ['order.placed']);
    const statuses = [299, 302, 201];
    receiver.answer = (response) => response.writeHead(statuses.shift() ?? 500, { location: '/' }).end();
    await placeOrders(given, 2);
    const failing = await webhookIs(given, webhook, 'failing', (now) => now.last_error !== null);
    await endPause(given, webhook);
    await webhookIs(given, webhook, 'working', (now) => now.failing_since === null);

    expect(failing.last_error).toBe('It answered 302.');
    const [first = 0, ...others] = receiver.ids;
    expect(others).toEqual([first + 1, first + 1]);
  });

  it('is retried after pauses that double up to an hour, and at once after a change', async () => {
    const { client: admin } = await given.admin();
    const webhook = await addWebhook(given, receiver, ['order.placed']);
    receiver.answering(500);
    await placeOrders(given, 1);
    const secondsAfter = async (attempts: number) => {
      await webhookIs(given, webhook, 'failing', (now) => now.last_error !== null);
      const asFailed =
        'UPDATE webhook_endpoints SET attempts = $1, last_error = NULL, next_attempt_at = now()';
      await given.database.rows(asFailed, [attempts - 1]);
      await webhookIs(given, webhook, 'failing again', (now) => now.last_error !== null);
      const left = 'SELECT extract(epoch FROM next_attempt_at - now())::float8 FROM webhook_endpoints';
      return given.database.value<number>(left);
    };
    const pauses = [
      await secondsAfter(6),
      await secondsAfter(7),
      await secondsAfter(12),
      await secondsAfter(60),
    ];
    const seen = receiver.messages.length;
    const other = await WebhookReceiver.start();
    await addWebhook(given, other);
    await placeOrders(given, 2);
    await other.has(3);
    const seenInPause = receiver.messages.length;
    await other.stop();
    receiver.accepting();
    await admin.patch(`/webhooks/${webhook.id}`, {});
    await webhookIs(given, webhook, 'working', (now) => now.failing_since === null);

    expect(seenInPause).toBe(seen);
    const fullPauses = [32, 64, 2_048, 3_600];
    for (const [index, full] of fullPauses.entries()) {
      expect(pauses[index]).toBeGreaterThan(0.8 * full - 5);
      expect(pauses[index]).toBeLessThanOrEqual(full);
    }
  });

  it('is switched off after 3 days of failures, shows since when and why, and continues when switched on', async () => {
    const { client: admin } = await given.admin();
    const webhook = await addWebhook(given, receiver, ['order.placed']);
    receiver.answering(503);
    const [order] = (await placeOrders(given, 1)) as [OrderBody];
    await webhookIs(given, webhook, 'failing', (now) => now.failing_since !== null);
    const failFor = (time: string) =>
      given.database.rows(
        `UPDATE webhook_endpoints
            SET next_attempt_at = now(), failing_since = now() - $1::interval, last_error = NULL`,
        [time],
      );
    await failFor('2 days 23 hours');
    const almost = await webhookIs(given, webhook, 'failing again', (now) => now.last_error !== null);
    await failFor('3 days 1 s');
    const off = await webhookIs(given, webhook, 'switched off', (now) => !now.is_active);
    const seen = receiver.messages.length;
    receiver.accepting();
    await placeOrders(given, 1);

    expect(almost.is_active).toBe(true);
    expect(off.last_error).toBe('It answered 503.');
    expect(Date.parse(off.failing_since as string)).toBeLessThan(Date.now() - 3 * 86_400_000);
    expect(off.disabled_at).not.toBeNull();
    expect(receiver.messages).toHaveLength(seen);

    const on = await admin.patch<WebhookBody>(`/webhooks/${webhook.id}`, { is_active: true });
    await receiver.has(seen + 2);

    expect(on.body).toMatchObject({
      is_active: true,
      failing_since: null,
      last_error: null,
      disabled_at: null,
    });
    expect(receiver.messages[seen]?.event.data.id).toBe(order.id);
  });

  it('is switched off at once when it answers 410', async () => {
    const webhook = await addWebhook(given, receiver, ['order.placed']);
    receiver.answering(410);
    await placeOrders(given, 1);

    const off = await webhookIs(given, webhook, 'switched off', (now) => !now.is_active);

    expect(off.last_error).toBe('It answered 410.');
    expect(receiver.messages).toHaveLength(1);
  });

  it('is no longer failing after a replay skips the event that it refused', async () => {
    const { client: admin } = await given.admin();
    const webhook = await addWebhook(given, receiver);
    receiver.answering(500);
    await placeOrders(given, 1);
    await webhookIs(given, webhook, 'failing', (now) => now.last_error !== null);

    const path = `/webhooks/${webhook.id}/replay`;
    const { body } = await admin.post<WebhookBody>(path, { after: await lastEvent(admin) });

    expect(body).toMatchObject({ is_active: true, failing_since: null, last_error: null });
  });

  it('still counts as failing after a replay of the event that it refused', async () => {
    const { client: admin } = await given.admin();
    const webhook = await addWebhook(given, receiver);
    receiver.answering(500);
    await placeOrders(given, 1);
    const failing = await webhookIs(given, webhook, 'failing', (now) => now.last_error !== null);

    const path = `/webhooks/${webhook.id}/replay`;
    const { body } = await admin.post<WebhookBody>(path, { after: failing.position });

    expect(body).toMatchObject({ failing_since: failing.failing_since, last_error: 'It answered 500.' });
  });

  it('does not delay other endpoints while it hangs', async () => {
    const slow = await WebhookReceiver.start();
    slow.answer = () => undefined;
    const hanging = await addWebhook(given, slow);
    await addWebhook(given, receiver);

    await placeOrders(given, 20);
    await receiver.has(21);
    expect(slow.messages).toHaveLength(1);

    const { last_error: error } = await webhookIs(
      given,
      hanging,
      'failing',
      (now) => now.last_error !== null,
    );
    expect(error).toBe('It did not answer within 5 s.');
    await slow.stop();
  });
});
