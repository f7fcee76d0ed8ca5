import { describe, expect, it } from '@jest/globals';
import type { OrderBody, ProblemBody } from './support/api-types.js';
import { useProxiedService } from './support/proxied-service.js';
import { type Person, useWorld } from './support/world.js';

const given = useWorld();
const proxied = useProxiedService(given);

const order = (buyer: Person, id: number, headers = {}) =>
  proxied
    .clientOf(buyer)
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
      proxied.proxy.faultNextCommits(cut);

      const answer = await order(buyer, lamp.id);

      expect(proxied.proxy.commitFaultsLeft).toBe(0);
      expect(answer.status).toBe(201);
      expect((await buyer.client.get<OrderBody>(`/orders/${answer.body.id}`)).body).toEqual(answer.body);
      expect(await given.database.orderCount()).toBe(before + 2);
      expect(await given.database.stockOf(lamp)).toBe(8);
    },
  );

  it('twice, once while the order is looked up, costs the buyer nothing either, key or not', async () => {
    const lamp = await given.product({ stock: 10 });
    const buyer = await given.customer();
    const before = await given.database.orderCount();
    const sent = proxied.proxy.recordStatements();
    proxied.proxy.faultNextCommits('after', 'after');

    const answer = await order(buyer, lamp.id);

    expect(proxied.proxy.commitFaultsLeft).toBe(0);
    expect(answer.status).toBe(201);
    expect((await buyer.client.get<OrderBody>(`/orders/${answer.body.id}`)).body).toEqual(answer.body);
    expect(await given.database.orderCount()).toBe(before + 1);
    expect(await given.database.stockOf(lamp)).toBe(9);
    const statements = sent.flatMap((connection) => connection.statements);
    expect(statements.filter((sql) => /FROM orders/.test(sql))).toHaveLength(1);
  });

  it('twice in a row is 503, and the retry with the same key finds the one order', async () => {
    const lamp = await given.product({ stock: 10 });
    const buyer = await given.customer();
    const key = { 'idempotency-key': 'lost-twice' };
    proxied.proxy.faultNextCommits('before', 'after');

    const lost = await order(buyer, lamp.id, key);
    const found = await order(buyer, lamp.id, key);

    expect([lost.status, found.status]).toEqual([503, 201]);
    expect(found.headers.get('idempotency-replayed')).toBe('true');
    expect(await given.database.stockOf(lamp)).toBe(9);
  });
});
