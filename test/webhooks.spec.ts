import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import type { EventBody, OrderBody, ProblemBody, WebhookBody } from './support/api-types.js';
import { eventsAfter, lastEvent } from './support/events.js';
import { WebhookReceiver } from './support/webhook-receiver.js';
import {
  addWebhook,
  endPause,
  fillWithWebhooks,
  readWebhook,
  removeWebhooks,
  webhookIs,
} from './support/webhooks.js';
import { useWorld } from './support/world.js';

const given = useWorld({ WEBHOOKS: 'on' });

/** So many orders, one after another. */
async function place(count: number): Promise<OrderBody[]> {
  const [lamp, buyer] = [await given.product({ stock: count }), await given.customer()];
  const orders: OrderBody[] = [];
  for (let n = 0; n < count; n += 1) orders.push(await given.order(buyer, { [lamp.id]: 1 }));
  return orders;
}

// Guarantees that an endpoint hears of everything from its beginning on, in order, signed, and at least once.
describe('a webhook endpoint', () => {
  let receiver: WebhookReceiver;

  beforeEach(async () => {
    receiver = await WebhookReceiver.start();
  });

  afterEach(async () => {
    await removeWebhooks(given);
    await receiver.stop();
  });

  it('gets every event from now on, as the feed shows it and in its order', async () => {
    const { client: admin } = await given.admin();
    await place(1);
    const start = await lastEvent(admin);
    const webhook = await addWebhook(given, receiver);

    await place(5);
    await receiver.has(6);

    expect(webhook.position).toBe(start);
    expect(receiver.messages.map(({ event }) => event)).toEqual(await eventsAfter(admin, start));
    const { position } = await webhookIs(given, webhook, 'up to date', ({ position }) => position > start);
    expect(position).toBe(start + 6);
  });

  it('gets messages that the receivers of Standard Webhooks verify with the secret', async () => {
    const webhook = await addWebhook(given, receiver);
    await place(1);
    await receiver.has(2);

    for (const { text, headers, event } of receiver.messages) {
      expect(new Webhook(webhook.secret).verify(text, headers)).toEqual(event);
      expect(headers).toMatchObject({ 'webhook-id': `evt_${event.id}`, 'content-type': 'application/json' });
      expect(() => new Webhook(webhook.secret).verify(`${text} `, headers)).toThrow();
    }
  });

  it('gets the types that it wants, and its position passes the others', async () => {
    const { client: admin } = await given.admin();
    const webhook = await addWebhook(given, receiver, ['order.cancelled', 'product.created']);
    const [order] = (await place(2)) as [OrderBody];
    await admin.patch(`/orders/${order.id}/cancel`);
    await place(1);
    await receiver.has(3);

    const types = receiver.messages.map(({ event }) => event.type);
    expect(types).toEqual(['product.created', 'order.cancelled', 'product.created']);
    const end = await lastEvent(admin);
    await webhookIs(given, webhook, 'up to date', ({ position }) => position === end);
  });

  it('gets an event again until it answers 2xx, and nothing behind it before', async () => {
    const webhook = await addWebhook(given, receiver, ['order.placed']);
    receiver.answering(500);
    const [first, second] = (await place(2)) as [OrderBody, OrderBody];
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

  it('is switched off after 3 days of failure, says since when and why, and goes on when it is switched on', async () => {
    const { client: admin } = await given.admin();
    const webhook = await addWebhook(given, receiver, ['order.placed']);
    receiver.answering(503);
    const [order] = (await place(1)) as [OrderBody];
    await webhookIs(given, webhook, 'failing', (now) => now.failing_since !== null);
    const moved = `UPDATE webhook_endpoints SET next_attempt_at = now(), failing_since = now() - interval '3 days 1 s'`;
    await given.database.rows(moved);
    const off = await webhookIs(given, webhook, 'switched off', (now) => !now.is_active);
    const seen = receiver.messages.length;
    receiver.accepting();
    await place(1);

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

  it('is switched off at once by an answer that says that it is gone', async () => {
    const webhook = await addWebhook(given, receiver, ['order.placed']);
    receiver.answering(410);
    await place(1);

    const off = await webhookIs(given, webhook, 'switched off', (now) => !now.is_active);

    expect(off.last_error).toBe('It answered 410.');
    expect(receiver.messages).toHaveLength(1);
  });

  it('gets events again after a replay, under the same ids, and refuses one beyond the log', async () => {
    const { client: admin } = await given.admin();
    const webhook = await addWebhook(given, receiver);
    await place(3);
    await receiver.has(4);
    await webhookIs(given, webhook, 'up to date', (now) => now.position === webhook.position + 4);

    const path = `/webhooks/${webhook.id}/replay`;
    const replayed = await admin.post<WebhookBody>(path, { after: webhook.position + 1 });
    await receiver.has(7);
    const beyond = await admin.post<ProblemBody>(path, { after: (await lastEvent(admin)) + 1 });

    expect(replayed.body.position).toBe(webhook.position + 1);
    const ids = receiver.messages.map(({ id }) => id);
    expect(ids.slice(4)).toEqual(ids.slice(1, 4));
    expect([beyond.status, beyond.body.errors?.[0]?.pointer]).toEqual([422, '/after']);
  });

  it('is not failing any more once a replay has skipped the event that it refused', async () => {
    const { client: admin } = await given.admin();
    const webhook = await addWebhook(given, receiver);
    receiver.answering(500);
    await place(1);
    await webhookIs(given, webhook, 'failing', (now) => now.last_error !== null);

    const path = `/webhooks/${webhook.id}/replay`;
    const { body } = await admin.post<WebhookBody>(path, { after: await lastEvent(admin) });

    expect(body).toMatchObject({ is_active: true, failing_since: null, last_error: null });
  });

  it('is signed by the old secret too for 24 hours after a rotation', async () => {
    const { client: admin } = await given.admin();
    const webhook = await addWebhook(given, receiver, ['order.placed']);
    const rotated = await admin.post<{ secret: string }>(`/webhooks/${webhook.id}/rotate-secret`);
    await place(1);
    await receiver.has(1);
    const moved = `UPDATE webhook_endpoints SET previous_secret_until = previous_secret_until - interval '24 hours'`;
    await given.database.rows(moved);
    await place(1);
    await receiver.has(2);

    const verify = (index: number, secret: string) => () => {
      const { text, headers } = receiver.messages[index] as { text: string; headers: Record<string, string> };
      return new Webhook(secret).verify(text, headers) as EventBody;
    };
    expect(rotated.body.secret).not.toBe(webhook.secret);
    expect(verify(0, webhook.secret)).not.toThrow();
    expect(verify(0, rotated.body.secret)).not.toThrow();
    expect(verify(1, rotated.body.secret)).not.toThrow();
    expect(verify(1, webhook.secret)).toThrow();
  });

  it('shows its secret once, and a dump of the database does not hold it', async () => {
    const { client: admin } = await given.admin();
    const webhook = await addWebhook(given, receiver);
    const rotated = await admin.post<{ secret: string }>(`/webhooks/${webhook.id}/rotate-secret`);

    const shown = [await readWebhook(given, webhook), (await admin.get('/webhooks')).body];
    const stored = await given.database.rows('SELECT * FROM webhook_endpoints');

    for (const { secret } of [webhook, rotated.body]) {
      expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
      const key = Buffer.from(secret.slice(6), 'base64');
      const everything = JSON.stringify([shown, stored, given.service.output]);
      for (const form of [secret.slice(6), key.toString('hex'), key.toString('base64url')]) {
        expect(everything).not.toContain(form);
      }
    }
  });

  it('does not wait for one that hangs', async () => {
    const slow = await WebhookReceiver.start();
    slow.answer = () => undefined;
    const hanging = await addWebhook(given, slow);
    await addWebhook(given, receiver);

    await place(20);
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

  it('can be one of at most 100, also when many are added at once', async () => {
    const { client: admin } = await given.admin();
    await fillWithWebhooks(given.database, 95);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => admin.post<ProblemBody>('/webhooks', { url: receiver.url })),
    );

    expect(answers.filter(({ status }) => status === 201)).toHaveLength(5);
    const refused = answers.filter(({ status }) => status !== 201);
    expect(refused.map(({ body }) => body.code)).toEqual(Array(5).fill('too-many-webhooks'));
  });
});
