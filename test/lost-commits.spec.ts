import { beforeAll, describe, expect, it } from '@jest/globals';
import type { CommitFault } from '../storm/proxied-connection.js';
import type { OrderBody, ProblemBody } from './support/api-types.js';
import { lastEvent } from './support/events.js';
import { useProxiedService } from './support/proxied-service.js';
import { type Person, useWorld } from './support/world.js';

const given = useWorld();
const proxied = useProxiedService(given);

const order = (buyer: Person, id: number, headers = {}) =>
  proxied
    .clientOf(buyer)
    .post<OrderBody & ProblemBody>('/orders', { items: [{ product_id: id, quantity: 1 }] }, { headers });

/** Numbers all events first: numbering is a transaction, whose COMMIT would otherwise meet the fault. */
async function faultNextCommits(...faults: CommitFault[]): Promise<void> {
  await lastEvent((await given.admin()).client);
  proxied.proxy.faultNextCommits(...faults);
}

/** Errors of a server that stops or can no longer write, although it may have stored the COMMIT. */
const UNKNOWN = ['08006', '40003', '57014', '57P01', '57P02', '58030', 'XX000'];

/** Makes orders fail at COMMIT with the error that the product's name gives. */
beforeAll(() =>
  given.database.rows(`
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN RAISE EXCEPTION USING ERRCODE = split_part(NEW.product_name, '' '', 2); END';
    CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON order_items DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW WHEN (NEW.product_name LIKE 'refused %') EXECUTE FUNCTION refuse()`),
);

// Guarantees that an order whose COMMIT got no answer is looked up before its buyer is answered.
describe('a connection that is lost during COMMIT', () => {
  it.each(['before', 'after'] as const)(
    '%s it was stored still leads to one order and a normal answer',
    async (cut) => {
      const lamp = await given.product({ stock: 10 });
      const buyer = await given.customer();
      const before = await given.database.orderCount();
      await order(buyer, lamp.id);
      await faultNextCommits(cut);

      const answer = await order(buyer, lamp.id);

      expect(proxied.proxy.commitFaultsLeft).toBe(0);
      expect(answer.status).toBe(201);
      expect((await buyer.client.get<OrderBody>(`/orders/${answer.body.id}`)).body).toEqual(answer.body);
      expect(await given.database.orderCount()).toBe(before + 2);
      expect(await given.database.stockOf(lamp)).toBe(8);
    },
  );

  it.each(UNKNOWN)(
    'with the error %s, although it was stored, still leads to one order and a normal answer',
    async (sqlState) => {
      const lamp = await given.product({ stock: 10 });
      const buyer = await given.customer();
      const before = await given.database.orderCount();
      await faultNextCommits({ sqlState });

      const answer = await order(buyer, lamp.id);

      expect(proxied.proxy.commitFaultsLeft).toBe(0);
      expect(answer.status).toBe(201);
      expect((await buyer.client.get<OrderBody>(`/orders/${answer.body.id}`)).body).toEqual(answer.body);
      expect(await given.database.orderCount()).toBe(before + 1);
      expect(await given.database.stockOf(lamp)).toBe(9);
    },
  );

  it.each<[string, CommitFault, number]>([
    ['before it was stored', 'before', 10],
    ['after it was stored', 'after', 15],
    ...UNKNOWN.map((sqlState): [string, CommitFault, number] => [`with ${sqlState}`, { sqlState }, 15]),
  ])('%s never repeats a restock: the admin is told to check', async (_, fault, stock) => {
    const lamp = await given.product({ stock: 10 });
    const admin = proxied.clientOf(await given.admin());
    await faultNextCommits(fault);

    const answer = await admin.patch<ProblemBody>(`/products/${lamp.id}`, { stock_delta: 5 });

    expect(proxied.proxy.commitFaultsLeft).toBe(0);
    expect([answer.status, answer.body.detail]).toEqual([503, expect.stringMatching(/check whether/)]);
    expect(await given.database.stockOf(lamp)).toBe(stock);
  });

  it.each(['23514', '40002', 'P0001'])(
    'with the error %s was certainly not stored, so it is a plain failure',
    async (sqlState) => {
      const lamp = await given.product({ name: `refused ${sqlState}`, stock: 10 });
      const buyer = await given.customer();

      const answer = await order(buyer, lamp.id);

      expect(answer.status).toBe(500);
      expect(await given.database.stockOf(lamp)).toBe(10);
    },
  );

  it('twice, once during the lookup, still leads to one order and a normal answer', async () => {
    const lamp = await given.product({ stock: 10 });
    const buyer = await given.customer();
    const before = await given.database.orderCount();
    const sent = proxied.proxy.recordStatements();
    await faultNextCommits('after', 'after');

    const answer = await order(buyer, lamp.id);

    expect(proxied.proxy.commitFaultsLeft).toBe(0);
    expect(answer.status).toBe(201);
    expect((await buyer.client.get<OrderBody>(`/orders/${answer.body.id}`)).body).toEqual(answer.body);
    expect(await given.database.orderCount()).toBe(before + 1);
    expect(await given.database.stockOf(lamp)).toBe(9);
    const statements = sent.flatMap((connection) => connection.statements);
    expect(statements.filter((sql) => /SELECT customer_id AS "customerId"/.test(sql))).toHaveLength(1);
  });

  it('twice in a row means 503, and a retry with the same key finds the one order', async () => {
    const lamp = await given.product({ stock: 10 });
    const buyer = await given.customer();
    const key = { 'idempotency-key': 'lost-twice' };
    await faultNextCommits('before', 'after');

    const lost = await order(buyer, lamp.id, key);
    const found = await order(buyer, lamp.id, key);

    expect([lost.status, found.status]).toEqual([503, 201]);
    expect(found.headers.get('idempotency-replayed')).toBe('true');
    expect(await given.database.stockOf(lamp)).toBe(9);
  });
});
