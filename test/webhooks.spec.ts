import { describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import type { EventBody, OrderBody, ProblemBody, WebhookBody } from './support/api-types.js';
import { eventsAfter, lastEvent } from './support/events.js';
import {
  addWebhook,
  placeOrders,
  fillWithWebhooks,
  readWebhook,
  useReceiver,
  webhookIs,
} from './support/webhooks.js';
import { useWorld } from './support/world.js';

const given = useWorld({ WEBHOOKS: 'on' });

// Guarantees that an endpoint gets every event since it was added, in order, signed, and at least once.
describe('a webhook endpoint', () => {
  const receiver = useReceiver(given);

  it('gets every new event, as the feed shows it and in the same order', async () => {
    const { client: admin } = await given.admin();
    await placeOrders(given, 1);
    const start = await lastEvent(admin);
    const webhook = await addWebhook(given, receiver);

    await placeOrders(given, 5);
    await receiver.has(6);

    expect(webhook.position).toBe(start);
    expect(receiver.messages.map(({ event }) => event)).toEqual(await eventsAfter(admin, start));
    const { position } = await webhookIs(given, webhook, 'up to date', ({ position }) => position > start);
    expect(position).toBe(start + 6);
  });

  it('gets messages that a Standard Webhooks library verifies with the secret', async () => {
    const webhook = await addWebhook(given, receiver);
    await placeOrders(given, 1);
    await receiver.has(2);

    for (const { text, headers, event } of receiver.messages) {
      expect(new Webhook(webhook.secret).verify(text, headers)).toEqual(event);
      expect(headers).toMatchObject({ 'webhook-id': `evt_${event.id}`, 'content-type': 'application/json' });
      expect(() => new Webhook(webhook.secret).verify(`${text} `, headers)).toThrow();
    }
  });

  it('gets only the types it asked for, and its position advances past the others', async () => {
    const { client: admin } = await given.admin();
    const webhook = await addWebhook(given, receiver, ['order.cancelled', 'product.created']);
    const [order] = (await placeOrders(given, 2)) as [OrderBody];
    await admin.patch(`/orders/${order.id}/cancel`);
    await placeOrders(given, 1);
    await receiver.has(3);

    const types = receiver.messages.map(({ event }) => event.type);
    expect(types).toEqual(['product.created', 'order.cancelled', 'product.created']);
    const end = await lastEvent(admin);
    await webhookIs(given, webhook, 'up to date', ({ position }) => position === end);
  });

  it('gets events again after a replay, with the same ids; a replay beyond the log is refused', async () => {
    const { client: admin } = await given.admin();
    const webhook = await addWebhook(given, receiver);
    await placeOrders(given, 3);
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

  it('gets messages signed with the old secret too for 24 hours after a rotation', async () => {
    const { client: admin } = await given.admin();
    const webhook = await addWebhook(given, receiver, ['order.placed']);
    const rotated = await admin.post<{ secret: string }>(`/webhooks/${webhook.id}/rotate-secret`);
    await placeOrders(given, 1);
    await receiver.has(1);
    const pass = (time: string) =>
      given.database.rows(
        'UPDATE webhook_endpoints SET previous_secret_until = previous_secret_until - $1::interval',
        [time],
      );
    await pass('23 hours 59 minutes');
    await placeOrders(given, 1);
    await receiver.has(2);
    await pass('1 minute');
    await placeOrders(given, 1);
    await receiver.has(3);

    const verify = (index: number, secret: string) => () => {
      const { text, headers } = receiver.messages[index] as { text: string; headers: Record<string, string> };
      return new Webhook(secret).verify(text, headers) as EventBody;
    };
    expect(rotated.body.secret).not.toBe(webhook.secret);
    for (const index of [0, 1, 2]) expect(verify(index, rotated.body.secret)).not.toThrow();
    for (const index of [0, 1]) expect(verify(index, webhook.secret)).not.toThrow();
    expect(verify(2, webhook.secret)).toThrow();
  });

  it('shows its secret once, and no dump of the database contains it', async () => {
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

  it('is one of at most 100, even when many are added at once', async () => {
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
