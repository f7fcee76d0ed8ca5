import { afterEach, beforeEach, expect } from '@jest/globals';
import type { ListBody, OrderBody, WebhookBody } from './api-types.js';
import { type TestDatabase, until } from './database.js';
import { WebhookReceiver } from './webhook-receiver.js';
import type { World } from './world.js';

export type NewWebhook = WebhookBody & { secret: string };

/** A receiver that is new for each test of the file or block; its endpoints are removed after each. */
export function useReceiver(world: World): WebhookReceiver {
  const receiver = new WebhookReceiver();
  beforeEach(() => receiver.listen());
  afterEach(async () => {
    await removeWebhooks(world);
    await receiver.stop();
  });
  return receiver;
}

export async function addWebhook(
  world: World,
  { url }: Pick<WebhookReceiver, 'url'>,
  types?: string[],
): Promise<NewWebhook> {
  const { client: admin } = await world.admin();
  const answer = await admin.post<NewWebhook>('/webhooks', { url, types });
  expect(answer.status).toBe(201);
  return answer.body;
}

/** Creates a product and then orders of it, one after another. */
export async function placeOrders(world: World, count: number): Promise<OrderBody[]> {
  const [lamp, buyer] = [await world.product({ stock: count }), await world.customer()];
  const orders: OrderBody[] = [];
  for (let n = 0; n < count; n += 1) orders.push(await world.order(buyer, { [lamp.id]: 1 }));
  return orders;
}

export async function readWebhook(world: World, { id }: { id: number }): Promise<WebhookBody> {
  const { client: admin } = await world.admin();
  return (await admin.get<WebhookBody>(`/webhooks/${id}`)).body;
}

/** Waits until an endpoint meets a condition. */
export async function webhookIs(
  world: World,
  webhook: { id: number },
  what: string,
  isSo: (webhook: WebhookBody) => boolean,
): Promise<WebhookBody> {
  let last = await readWebhook(world, webhook);
  await until(`the endpoint is ${what}`, async () => isSo((last = await readWebhook(world, webhook))));
  return last;
}

/** Makes the next attempt due now instead of after its pause. */
export async function endPause(world: World, { id }: { id: number }): Promise<void> {
  await world.database.rows('UPDATE webhook_endpoints SET next_attempt_at = now() WHERE id = $1', [id]);
}

/** Inserts endpoints that are switched off; 100 is as many as there may be. */
export async function fillWithWebhooks(database: TestDatabase, count = 100): Promise<void> {
  await database.rows(
    `INSERT INTO webhook_endpoints (url, secret, position, disabled_at)
     SELECT 'https://shop.example', '-', 0, now() FROM generate_series(1, $1)`,
    [count],
  );
}

export async function removeWebhooks(world: World): Promise<void> {
  const { client: admin } = await world.admin();
  const { body } = await admin.get<ListBody<WebhookBody>>('/webhooks?limit=100');
  for (const { id } of body.data) expect((await admin.delete(`/webhooks/${id}`)).status).toBe(204);
}
