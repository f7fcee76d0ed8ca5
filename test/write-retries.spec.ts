import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { parseEnv } from '../src/config/load-env.js';
import { dataSourceOptions } from '../src/database/data-source.js';
import { TransactionRunner } from '../src/database/transaction.runner.js';
import { BackgroundTasks } from '../src/database/background.tasks.js';
import { IdempotentWrites } from '../src/idempotency/idempotent.writes.js';
import type { Answer, Client } from './support/client.js';
import type { OrderBody, ProblemBody, ProductBody } from './support/api-types.js';
import { lastEvent } from './support/events.js';
import { PREPARES } from './support/pooler.js';
import { useProxiedService } from './support/proxied-service.js';
import { useWorld } from './support/world.js';

const given = useWorld();
const proxied = useProxiedService(given);

type Body = ProductBody & OrderBody & ProblemBody;
const newKey = (key: string = randomUUID()) => ({ headers: { 'idempotency-key': key } });
const isReplay = ({ headers }: Answer<unknown>) => headers.get('idempotency-replayed') === 'true';

/** A write, and how often its effect is found in the database. */
interface Write {
  readonly method: 'POST' | 'PATCH';
  readonly path: string;
  readonly body?: Record<string, unknown>;
  readonly count: () => Promise<number>;
}

async function countOf(statement: string, ...values: unknown[]): Promise<number> {
  const [row] = await given.database.rows<{ count: number }>(
    `SELECT count(*)::integer AS count ${statement}`,
    values,
  );
  return (row as { count: number }).count;
}

const WRITES: Record<string, () => Promise<Write>> = {
  'creating a product': () => {
    const name = `Lamp ${randomUUID()}`;
    const body = { name, price: 10, stock_quantity: 3 };
    const count = () => countOf('FROM products WHERE name = $1', name);
    return Promise.resolve({ method: 'POST', path: '/products', body, count });
  },
  'putting in stock': async () => {
    const { id } = await given.product({ stock: 10 });
    const count = () => countOf('FROM stock_adjustments WHERE product_id = $1 AND quantity = 5', id);
    return { method: 'PATCH', path: `/products/${id}`, body: { stock_delta: 5 }, count };
  },
  'confirming an order': async () => {
    const id = await pendingOrder();
    const count = () => countOf('FROM orders WHERE id = $1 AND confirmed_at IS NOT NULL AND version = 2', id);
    return { method: 'PATCH', path: `/orders/${id}/confirm`, count };
  },
  'cancelling an order': async () => {
    const id = await pendingOrder();
    const count = () => countOf('FROM stock_returns WHERE order_id = $1', id);
    return { method: 'PATCH', path: `/orders/${id}/cancel`, body: { reason: 'too late' }, count };
  },
};

async function pendingOrder(): Promise<number> {
  const [lamp, buyer] = [await given.product({ stock: 10 }), await given.customer()];
  return (await given.order(buyer, { [lamp.id]: 1 })).id;
}

const send = (client: Client, { method, path, body }: Write, key: ReturnType<typeof newKey>) =>
  client.call<Body>(method, path, { ...key, json: body });

// Guarantees that a client without an answer can send the same write again.
describe.each(Object.entries(WRITES))('%s with an Idempotency-Key', (_, prepare) => {
  it('takes effect once and gives the same answer for 20 parallel requests to two processes', async () => {
    const [write, admin, key] = [await prepare(), await given.admin(), newKey()];
    const clients = [admin.client, proxied.clientOf(admin)];

    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => send(clients[n % 2] as Client, write, key)),
    );

    const [first] = answers as [Answer<Body>];
    expect(answers.map(({ status }) => status)).toEqual(
      answers.map(() => (write.method === 'POST' ? 201 : 200)),
    );
    expect(answers.map(({ body }) => body)).toEqual(answers.map(() => first.body));
    expect(answers.filter((answer) => !isReplay(answer))).toHaveLength(1);
    expect(await write.count()).toBe(1);
  });

  it.each(['before', 'after'] as const)(
    'takes effect once although the connection is lost during COMMIT, %s it was stored',
    async (cut) => {
      const [write, admin] = [await prepare(), proxied.clientOf(await given.admin())];
      // Numbers all events first: numbering is a transaction, whose COMMIT would otherwise meet the fault.
      await lastEvent(admin);
      proxied.proxy.faultNextCommits(cut);

      const answer = await send(admin, write, newKey());

      expect(proxied.proxy.commitFaultsLeft).toBe(0);
      expect(answer.status).toBe(write.method === 'POST' ? 201 : 200);
      expect(await write.count()).toBe(1);
    },
  );

  it('is refused with the key of an order, and an order with its key', async () => {
    const [write, { client }, lamp] = [await prepare(), await given.admin(), await given.product()];
    const [keyOfOrder, keyOfWrite] = [newKey(), newKey()];
    const order = { items: [{ product_id: lamp.id, quantity: 1 }] };
    await client.post('/orders', order, keyOfOrder);

    const refused = await send(client, write, keyOfOrder);
    const countBefore = await write.count();
    const done = await send(client, write, keyOfWrite);
    const refusedOrder = await client.post<ProblemBody>('/orders', order, keyOfWrite);

    expect([refused, refusedOrder].map(({ body }) => [body.status, body.code])).toEqual([
      [422, 'idempotency-key-reused'],
      [422, 'idempotency-key-reused'],
    ]);
    expect([countBefore, isReplay(done), await write.count()]).toEqual([0, false, 1]);
    expect(await given.database.stockOf(lamp)).toBe(9);
  });
});

// Guarantees that a key stands for one request of one user.
describe('the key of a write', () => {
  const restock = (client: Client, { id }: { id: number }, body: object, key: ReturnType<typeof newKey>) =>
    client.patch<Body>(`/products/${id}`, body, key);

  it('is refused for another body, product or method, but ignores the order of members', async () => {
    const [{ client }, lamp, desk] = [await given.admin(), await given.product(), await given.product()];
    const key = newKey();
    await restock(client, lamp, { stock_delta: 5, price: 20 }, key);

    const same = await restock(client, lamp, { price: 20, stock_delta: 5 }, key);
    const others = [
      await restock(client, lamp, { stock_delta: 6, price: 20 }, key),
      await restock(client, lamp, { stock_delta: 5 }, key),
      await restock(client, desk, { stock_delta: 5, price: 20 }, key),
      await client.post<Body>('/products', { name: 'Desk', price: 1, stock_quantity: 1 }, key),
    ];

    expect([same.status, isReplay(same)]).toEqual([200, true]);
    expect(others.map(({ body }) => body.code)).toEqual(others.map(() => 'idempotency-key-reused'));
    expect(await given.database.stockOf(lamp)).toBe(15);
    expect(await given.database.stockOf(desk)).toBe(10);
  });

  it('belongs to one admin, and is a new key for another admin', async () => {
    const [one, other, lamp] = [await given.admin(), await given.anotherAdmin(), await given.product()];
    const key = newKey();

    const answers = [
      await restock(one.client, lamp, { stock_delta: 5 }, key),
      await restock(other.client, lamp, { stock_delta: 5 }, key),
    ];

    expect(answers.map(isReplay)).toEqual([false, false]);
    expect(await given.database.stockOf(lamp)).toBe(20);
  });

  it("shows no customer's order to a former admin who sends a cancellation again", async () => {
    const [admin, other, id] = [await given.admin(), await given.anotherAdmin(), await pendingOrder()];
    const cancel = newKey();
    const cancelled = await other.client.patch<OrderBody>(`/orders/${id}/cancel`, undefined, cancel);
    await admin.client.patch(`/users/${other.id}`, { role: 'customer' });

    const again = await other.client.patch<ProblemBody>(`/orders/${id}/cancel`, undefined, cancel);

    expect([cancelled.status, again.status, again.body.code]).toEqual([200, 404, 'order-not-found']);
  });

  it('is not used up by a refusal, so the same request may succeed later', async () => {
    const [{ client }, lamp] = [await given.admin(), await given.product({ stock: 3 })];
    const key = newKey();

    const refused = await restock(client, lamp, { stock_delta: -5 }, key);
    await restock(client, lamp, { stock_delta: 10 }, newKey());
    const done = await restock(client, lamp, { stock_delta: -5 }, key);

    expect([refused.body.code, done.status, isReplay(done)]).toEqual(['insufficient-stock', 200, false]);
    expect(await given.database.stockOf(lamp)).toBe(8);
  });

  it('returns the product as it is now, even if If-Match names the previous version', async () => {
    const [{ client }, lamp] = [await given.admin(), await given.product()];
    const key = newKey();
    const counted = { headers: { ...key.headers, 'if-match': '"1"' } };

    const first = await client.patch<Body>(`/products/${lamp.id}`, { stock_quantity: 7 }, counted);
    await restock(client, lamp, { name: 'Desk lamp' }, newKey());
    const again = await client.patch<Body>(`/products/${lamp.id}`, { stock_quantity: 7 }, counted);

    expect([first.status, again.status, isReplay(again)]).toEqual([200, 200, true]);
    expect(again.body).toMatchObject({ name: 'Desk lamp', stock_quantity: 7 });
    expect(again.headers.get('etag')).toBe('"3"');
  });

  it('is still known after the process was killed', async () => {
    const [{ client }, lamp] = [await given.admin(), await given.product()];
    const key = newKey();
    await restock(client, lamp, { stock_delta: 5 }, key);

    await given.service.stop('SIGKILL');
    await given.startService();
    const again = await restock(client, lamp, { stock_delta: 5 }, key);

    expect([again.status, isReplay(again)]).toEqual([200, true]);
    expect(await given.database.stockOf(lamp)).toBe(15);
  });

  it.each(['', 'a b', 'k'.repeat(256), 'é'])('is refused if it is %j', async (text) => {
    const [{ client }, lamp] = [await given.admin(), await given.product()];

    const answer = await restock(client, lamp, { stock_delta: 5 }, newKey(text));

    expect([answer.status, answer.body.errors]).toEqual([
      422,
      [expect.objectContaining({ pointer: '/idempotency-key', code: 'not-a-key' })],
    ]);
    expect(await given.database.stockOf(lamp)).toBe(10);
  });

  it('is forgotten after seven days, and not before', async () => {
    const { id } = await given.admin();
    const env = parseEnv({});
    const options = dataSourceOptions(given.database.url, env.DATABASE_POOL_SIZE, PREPARES);
    const dataSource = await new DataSource(options).initialize();
    const writes = new IdempotentWrites(new TransactionRunner(dataSource, env), new BackgroundTasks());
    await given.database.rows(
      `INSERT INTO write_keys (user_id, key, request_hash, resource_id, created_at)
       SELECT $1, 'sweep ' || n, '', 1, now() - interval '7 days' + (n - 2500) * interval '1 minute'
         FROM generate_series(1, 3000) AS n`,
      [id],
    );

    await writes.sweep();
    await dataSource.destroy();

    expect(await countOf(`FROM write_keys WHERE key LIKE 'sweep %'`)).toBe(500);
    expect(await countOf(`FROM write_keys WHERE created_at < now() - interval '7 days'`)).toBe(0);
  });
});
