import { describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import type { TokenBody } from './support/api-types.js';
import { Client } from './support/client.js';
import { SECRET } from './support/forge.js';
import { ServiceProcess } from './support/service-process.js';
import { WebhookReceiver } from './support/webhook-receiver.js';
import type { NewWebhook } from './support/webhooks.js';
import { PASSWORD, useWorld } from './support/world.js';

const given = useWorld();
const { anyone } = given;
const OTHER_SECRET = 'another secret of the tests, and as long as the first';

// Guarantees that a secret can be changed without signing anybody out, and that the old one expires.
describe('changing JWT_SECRET', () => {
  const withSecrets = (variables: Record<string, string>) =>
    ServiceProcess.start({ DATABASE_URL: given.database.url, ...variables });
  const statusAt = async (service: ServiceProcess, bearer: string) =>
    (await new Client(() => service.url, bearer).get('/me')).status;

  it('accepts old tokens until the previous secret is removed, and signs with the current one', async () => {
    const admin = await given.admin();
    const old = admin.client.token ?? '';
    const rotated = await withSecrets({ JWT_SECRET: OTHER_SECRET, JWT_SECRET_PREVIOUS: SECRET });
    const after = await withSecrets({ JWT_SECRET: OTHER_SECRET });
    const credentials = { username: admin.username, password: PASSWORD };
    const login = await new Client(() => rotated.url).post<TokenBody>('/login', credentials);
    const fresh = login.body.access_token;

    expect(await statusAt(rotated, old)).toBe(200);
    expect(await statusAt(rotated, fresh)).toBe(200);
    expect(await statusAt(after, fresh)).toBe(200);
    expect(await statusAt(after, old)).toBe(401);
    expect((await anyone.as(fresh).get('/me')).status).toBe(401);
    await Promise.all([rotated.stop(), after.stop()]);
  });

  it('keeps the secrets of webhooks usable, even after the previous secret is removed', async () => {
    const receiver = await WebhookReceiver.start();
    const webhooks = { WEBHOOKS: 'on' };
    const before = await withSecrets({ JWT_SECRET: SECRET, ...webhooks });
    const admin = new Client(() => before.url, (await given.admin()).client.token);
    const { body: webhook } = await admin.post<NewWebhook>('/webhooks', { url: receiver.url });
    await before.stop();
    await (await withSecrets({ JWT_SECRET: OTHER_SECRET, JWT_SECRET_PREVIOUS: SECRET })).stop();
    const after = await withSecrets({ JWT_SECRET: OTHER_SECRET, ...webhooks });
    await given.product();

    await receiver.has(1);
    for (const { text, headers, event } of receiver.messages) {
      expect(new Webhook(webhook.secret).verify(text, headers)).toEqual(event);
    }
    await Promise.all([after.stop(), receiver.stop()]);
  });

  it('reveals nothing of the secret in the key id', async () => {
    const [header = ''] = ((await given.admin()).client.token ?? '').split('.');
    const { kid, ...rest } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string };

    expect(rest).toEqual({ alg: 'HS256', typ: 'at+jwt' });
    expect(kid).toMatch(/^[\w-]{11}$/);
    expect(SECRET).not.toContain(kid);
  });

  it.each([
    ['31 characters', 'JWT_SECRET', 'k8Wq2Zp9Xv4Rt7Yb1Nm6Lc3Hs5Jd0Fg'],
    ['one character again and again', 'JWT_SECRET', 'x'.repeat(64)],
    ['nine different characters', 'JWT_SECRET', '123456789987654321123456789987654321'],
    ['a text again and again', 'JWT_SECRET', '0123456789abcdef'.repeat(4)],
    ['a weak one before', 'JWT_SECRET_PREVIOUS', 'changeme'.repeat(8)],
  ])('fails the start in production with %s', async (_, name, secret) => {
    const service = ServiceProcess.launch({
      NODE_ENV: 'production',
      DATABASE_URL: given.database.url,
      [name]: secret,
    });

    expect((await service.exited).code).toBe(78);
    expect(service.output).toContain(`${name} `);
    expect(service.output).not.toContain(secret);
  });
});
