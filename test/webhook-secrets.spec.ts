import { describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import type { WebhookBody } from './support/api-types.js';
import { until } from './support/database.js';
import { type Message, WebhookReceiver } from './support/webhook-receiver.js';
import { addWebhook } from './support/webhooks.js';
import { PASSWORD, withWorld } from './support/world.js';

const jwtSecret = (name: string) => `the ${name} secret of the test, 32 characters`;

// Guarantees that a rotation is all it takes when the key of the stored secrets is lost.
describe('an endpoint whose secret cannot be decrypted', () => {
  it('shows why it fails after JWT_SECRET was replaced, and works once its secret is rotated', async () => {
    const receiver = await WebhookReceiver.start();
    await withWorld({ WEBHOOKS: 'on', JWT_SECRET: jwtSecret('first') }, async (world) => {
      const webhook = await addWebhook(world, receiver);
      await world.service.stop();
      world.service = await world.secondService({ JWT_SECRET: jwtSecret('second') });
      const admin = await world.signIn('admin-1', PASSWORD);
      await admin.post('/products', { name: 'Lamp', price: 10, stock_quantity: 1 });
      const read = async () => (await admin.get<WebhookBody>(`/webhooks/${webhook.id}`)).body;
      await until('it fails', async () => (await read()).last_error !== null);
      const failing = await read();
      const rotated = await admin.post<{ secret: string }>(`/webhooks/${webhook.id}/rotate-secret`);
      await receiver.has(1);

      expect(failing.last_error).toMatch(/secret cannot be decrypted/);
      const { text, headers } = receiver.messages[0] as Message;
      expect(() => new Webhook(rotated.body.secret).verify(text, headers)).not.toThrow();
    });
    await receiver.stop();
  });
});
