import { writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { OrderBody, ProblemBody, WebhookBody } from './support/api-types.js';
import { CertificateAuthority } from './support/certificates.js';
import { until } from './support/database.js';
import { lastEvent } from './support/events.js';
import { expire } from './support/holds.js';
import { WebhookReceiver } from './support/webhook-receiver.js';
import { addWebhook, useReceiver, webhookIs } from './support/webhooks.js';
import { useWorld, withWorld } from './support/world.js';

const given = useWorld({ WEBHOOKS: 'on' });
const receiver = useReceiver(given);

/** Each id once, in the order of arrival. */
const firsts = (ids: readonly number[]) => [...new Set(ids)];

// Guarantees that an endpoint gets every event, from one process at a time, whatever happens to them.
describe('several processes', () => {
  it('skip nothing and keep the order when one is killed and another takes over', async () => {
    const { client: admin } = await given.admin();
    const [first, second] = [await given.secondService(), await given.secondService()];
    await given.service.stop();
    given.service = second;
    const lamp = await given.product({ stock: 1_000 });
    const start = await lastEvent(admin);
    const webhook = await addWebhook(given, receiver);
    const buyer = await given.customer();
    const placing = Promise.all(Array.from({ length: 400 }, () => given.order(buyer, { [lamp.id]: 1 })));
    await receiver.has(100);
    await Promise.all([first.stop('SIGKILL'), placing]);
    const third = await given.secondService();
    await second.stop('SIGKILL');
    given.service = third;

    const end = start + 400;
    await webhookIs(given, webhook, 'up to date', ({ position }) => position === end);

    expect(firsts(receiver.ids)).toEqual(Array.from({ length: 400 }, (_, index) => start + 1 + index));
    const repeated = receiver.ids.length - 400;
    expect(repeated).toBeLessThan(400);
  });

  it('send each event once if none of them dies', async () => {
    const { client: admin } = await given.admin();
    const others = await Promise.all([given.secondService(), given.secondService()]);
    const start = await lastEvent(admin);
    const webhook = await addWebhook(given, receiver);
    const [lamp, buyer] = [await given.product({ stock: 200 }), await given.customer()];
    await Promise.all(Array.from({ length: 200 }, () => given.order(buyer, { [lamp.id]: 1 })));
    await webhookIs(given, webhook, 'up to date', ({ position }) => position === start + 201);
    await Promise.all(others.map((service) => service.stop()));

    expect(receiver.ids).toEqual(Array.from({ length: 201 }, (_, index) => start + 1 + index));
  });

  it('leave an endpoint to the one that keeps renewing its lease', async () => {
    const webhook = await addWebhook(given, receiver, ['order.placed']);
    const other = await given.secondService();
    receiver.answer = (response) => setTimeout(() => response.writeHead(204).end(), 1_500);
    const [lamp, buyer] = [await given.product(), await given.customer()];
    for (let n = 0; n < 4; n += 1) await given.order(buyer, { [lamp.id]: 1 });
    const end = webhook.position + 5;
    await webhookIs(given, webhook, 'up to date', ({ position }) => position === end);
    await other.stop();

    expect(receiver.ids).toEqual([end - 3, end - 2, end - 1, end]);
  });

  it.each([204, 410])('do not let one that has lost its lease record an answer of %i', async (status) => {
    await addWebhook(given, receiver, ['order.placed']);
    const answers: (() => void)[] = [];
    receiver.answer = (response) => answers.push(() => response.writeHead(status).end());
    const [lamp, buyer] = [await given.product(), await given.customer()];
    await given.order(buyer, { [lamp.id]: 1 });
    await receiver.has(1);
    const rows = () =>
      given.database.rows(
        'SELECT lease, position, attempts, failing_since, last_error, disabled_at FROM webhook_endpoints',
      );
    const taken = `UPDATE webhook_endpoints SET lease = gen_random_uuid(), leased_until = now() + interval '1 hour'`;
    await given.database.rows(taken);
    const before = await rows();
    answers[0]?.();
    // A stop waits for the worker, which by then has recorded everything that it may.
    await given.service.stop();
    const after = await rows();
    await given.startService();

    expect(after).toEqual(before);
  });
});

/** Waits until a sweep of the service has cancelled an expired order. */
async function sweptOnce(): Promise<void> {
  const [{ client: admin }, buyer, lamp] = [
    await given.admin(),
    await given.customer(),
    await given.product(),
  ];
  const order = await given.order(buyer, { [lamp.id]: 1 });
  await expire(given.database, order);
  await until('the order has expired', async () => {
    return (await admin.get<OrderBody>(`/orders/${order.id}`)).body.status === 'CANCELLED';
  });
}

// Guarantees that a service calls nobody unless its operator asks for it.
describe('a service without WEBHOOKS=on', () => {
  it('calls nobody and refuses to add or change endpoints, which can still be read and deleted', async () => {
    const webhook = await addWebhook(given, receiver);
    const path = `/webhooks/${webhook.id}`;
    await given.service.stop();
    given.service = await given.secondService({ WEBHOOKS: '', PENDING_ORDER_TTL: '3600' });
    const { client: admin } = await given.admin();

    await given.product();
    await until('the product is in the log', async () => (await lastEvent(admin)) > webhook.position);
    const refused = await Promise.all([
      admin.post<ProblemBody>('/webhooks', { url: receiver.url }),
      admin.patch<ProblemBody>(path, { is_active: true }),
      admin.post<ProblemBody>(`${path}/rotate-secret`),
      admin.post<ProblemBody>(`${path}/replay`, { after: 0 }),
    ]);

    expect(refused.map(({ status, body }) => [status, body.code])).toEqual(
      refused.map(() => [409, 'webhooks-off']),
    );
    expect(webhook).toMatchObject((await admin.get<WebhookBody>(path)).body);
    // After two sweeps, what is due every second has run; a call it made would arrive before the stop ends.
    for (let n = 0; n < 2; n += 1) await sweptOnce();
    await given.service.stop();
    expect(receiver.messages).toEqual([]);
    await given.startService();
    expect((await admin.delete(path)).status).toBe(204);
  });
});

// Guarantees that messages reach only servers with a valid certificate, and that no answer is kept.
describe('an endpoint', () => {
  it('with https needs a trusted certificate for its name, even if the environment disables the check', async () => {
    const authority = new CertificateAuthority();
    const secure = await WebhookReceiver.start(authority.certify('localhost'));
    const file = join(await mkdtemp(join(tmpdir(), 'authority-')), 'authority.pem');
    writeFileSync(file, authority.certificate);
    const unchecked = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    await withWorld({ WEBHOOKS: 'on', NODE_EXTRA_CA_CERTS: file, ...unchecked }, async (world) => {
      const named = await addWebhook(world, { url: `https://localhost:${secure.port}/` });
      const other = await addWebhook(world, { url: `https://127.0.0.1:${secure.port}/` });
      await world.product();

      await webhookIs(world, named, 'up to date', ({ position }) => position === 1);
      const failing = await webhookIs(world, other, 'failing', (now) => now.last_error !== null);
      expect(failing.last_error).toBe('Its certificate is not valid.');
    });
    expect(secure.messages).toHaveLength(1);
    await secure.stop();
  });

  it('leaves nothing of its answers in logs or in answers of the service', async () => {
    const content = 'content-of-the-receiver';
    receiver.answer = (response) => response.writeHead(500, content, { 'x-content': content }).end(content);
    const webhook = await addWebhook(given, receiver);
    await given.product();
    const shown = await webhookIs(given, webhook, 'failing', (now) => now.last_error !== null);

    expect(shown.last_error).toBe('It answered 500.');
    expect(JSON.stringify([shown, given.service.output])).not.toContain(content);
    expect(given.service.output).not.toContain(webhook.secret.slice(6));
  });
});
