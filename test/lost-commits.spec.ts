import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FaultProxy } from '../src/storm/fault-proxy.js';
import type { OrderBody, ProblemBody } from './support/api-types.js';
import { ServiceProcess } from './support/service-process.js';
import { type Person, useWorld } from './support/world.js';

const given = useWorld();
let proxy: FaultProxy;
let service: ServiceProcess;

beforeAll(async () => {
  proxy = await FaultProxy.start(given.database.url);
  service = await ServiceProcess.start({ DATABASE_URL: proxy.url });
});
afterAll(async () => {
  await service.stop();
  proxy.stop();
});

const order = (buyer: Person, id: number, headers = {}) =>
  given
    .clientOf(service, buyer)
    .post<OrderBody & ProblemBody>('/orders', { items: [{ product_id: id, quantity: 1 }] }, { headers });

// Guarantees that nobody is told "try again" of an order that exists: a lost answer to COMMIT is looked up.
describe('a connection that is lost during COMMIT', () => {
  it.each(['before', 'after'] as const)(
    '%s it was stored costs the buyer nothing and makes one order',
    async (cut) => {
      const lamp = await given.product({ stock: 10 });
      const buyer = await given.customer();
      const before = await given.database.orderCount();
      await order(buyer, lamp.id);
      proxy.faultNextCommits(cut);

      const answer = await order(buyer, lamp.id);

      expect(proxy.commitFaultsLeft).toBe(0);
      expect(answer.status).toBe(201);
      expect((await buyer.client.get<OrderBody>(`/orders/${answer.body.id}`)).body).toEqual(answer.body);
      expect(await given.database.orderCount()).toBe(before + 2);
      expect(await given.database.stockOf(lamp)).toBe(8);
    },
  );

  it('twice in a row is 503, and the retry with the same key finds the one order', async () => {
    const lamp = await given.product({ stock: 10 });
    const buyer = await given.customer();
    const key = { 'idempotency-key': 'lost-twice' };
    proxy.faultNextCommits('after', 'after');

    const lost = await order(buyer, lamp.id, key);
    const found = await order(buyer, lamp.id, key);

    expect([lost.status, found.status]).toEqual([503, 201]);
    expect(found.headers.get('idempotency-replayed')).toBe('true');
    expect(await given.database.stockOf(lamp)).toBe(9);
  });
});
