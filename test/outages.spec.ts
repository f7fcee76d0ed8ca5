import { describe, expect, it } from '@jest/globals';
import type { Answer, Client } from './support/client.js';
import { until } from './support/database.js';
import { useProxiedService } from './support/proxied-service.js';
import { asItems, type Person, useWorld } from './support/world.js';

const given = useWorld();
const proxied = useProxiedService(given);

/** Ten seconds are promised; this rejects if a request takes longer. */
const withinTenSeconds = async <T>(requests: Promise<T>[]): Promise<T[]> => {
  const tooLate = AbortSignal.timeout(10_000);
  return Promise.race([
    Promise.all(requests),
    new Promise<never>((_, reject) =>
      tooLate.addEventListener('abort', () => reject(new Error('A request took longer than ten seconds.'))),
    ),
  ]);
};

function everything(client: Client, productId: number, orderId: number): Promise<Answer<unknown>>[] {
  return [
    ...Array.from({ length: 20 }, () => client.post('/orders', { items: asItems({ [productId]: 1 }) })),
    client.patch(`/orders/${orderId}/cancel`),
    client.get('/orders'),
    client.get(`/orders/${orderId}`),
    client.get('/products'),
    client.get('/health/ready'),
  ];
}

async function servesAgain(buyer: Person, productId: number): Promise<number> {
  const client = proxied.clientOf(buyer);
  const since = Date.now();
  await until('it serves again', async () => {
    const answer = await client.post('/orders', { items: asItems({ [productId]: 1 }) });
    return answer.status === 201;
  });
  return Date.now() - since;
}

const sessions = (condition: string) =>
  given.database.value<number>(
    `SELECT count(*)::integer FROM pg_stat_activity WHERE datname = current_database() AND ${condition}`,
  );

// Guarantees that no request hangs with the database, and that the service recovers with it.
describe('a database that cannot be reached', () => {
  it.each([
    ['silent', () => proxied.proxy.freeze(), () => Promise.resolve(proxied.proxy.thaw())],
    [
      'refusing connections',
      () => proxied.proxy.refuseConnections(),
      () => proxied.proxy.acceptConnections(),
    ],
  ])(
    'means 503 within ten seconds while it is %s, and normal service five seconds afterwards',
    async (_, breakIt, mendIt) => {
      const lamp = await given.product({ stock: 1000 });
      const buyer = await given.customer();
      const order = await given.order(buyer, { [lamp.id]: 1 });
      const client = proxied.clientOf(buyer);
      await client.get('/me');

      breakIt();
      const answers = await withinTenSeconds(everything(client, lamp.id, order.id));
      await mendIt();

      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 503));
      expect(answers.map(({ headers }) => headers.get('retry-after'))).toEqual(answers.map(() => '1'));
      expect(await servesAgain(buyer, lamp.id)).toBeLessThan(5_000);
      expect((await given.anyone.get(`/products/${lamp.id}`)).body).toMatchObject({ stock_quantity: 998 });
    },
  );

  it('is served over new connections within five seconds if the old ones fall silent', async () => {
    const lamp = await given.product({ stock: 1000 });
    const buyer = await given.customer();
    const client = proxied.clientOf(buyer);
    await withinTenSeconds(Array.from({ length: 20 }, () => client.get(`/products/${lamp.id}`)));
    await servesAgain(buyer, lamp.id);

    proxied.proxy.silenceOpenConnections();

    expect(await servesAgain(buyer, lamp.id)).toBeLessThan(5_000);
  });

  it('releases the locks of a process that falls silent in a transaction, and others continue', async () => {
    const lamp = await given.product({ stock: 2 });
    const buyer = await given.customer();
    const order = await given.order(buyer, { [lamp.id]: 1 });
    // Slow enough that the network can be frozen before its answer arrives.
    await given.database.rows(`
      CREATE FUNCTION sleep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(1); RETURN NEW; END';
      CREATE TRIGGER slow_return BEFORE INSERT ON stock_returns FOR EACH ROW EXECUTE FUNCTION sleep()`);
    const stuck = proxied.clientOf(buyer).patch(`/orders/${order.id}/cancel`);
    await until('it gives the stock back', async () => (await sessions(`wait_event = 'PgSleep'`)) === 1);
    proxied.proxy.delayAnswers(60_000);
    await until('it has the lock', async () => (await sessions(`state = 'idle in transaction'`)) === 1);
    proxied.proxy.freeze();

    await until(
      'another process sells it',
      async () => (await buyer.places({ [lamp.id]: 1 })).status === 201,
    );
    const { status } = await stuck;
    proxied.proxy.delayAnswers(0);
    proxied.proxy.thaw();

    expect(status).toBe(503);
    expect(await given.database.stockOf(lamp)).toBe(0);
    await given.database.rows('DROP FUNCTION sleep() CASCADE');
    expect((await buyer.client.patch(`/orders/${order.id}/cancel`)).status).toBe(200);
  });

  it('means an answer within ten seconds even if each of its own answers takes 1.5 s', async () => {
    const lamp = await given.product({ stock: 1000 });
    const buyer = await given.customer();
    const order = await given.order(buyer, { [lamp.id]: 1 });
    const client = proxied.clientOf(buyer);

    proxied.proxy.delayAnswers(1_500);
    const answers = await withinTenSeconds(everything(client, lamp.id, order.id));
    proxied.proxy.delayAnswers(0);

    expect(answers.filter(({ status }) => ![200, 201, 503].includes(status))).toEqual([]);
    expect(await servesAgain(buyer, lamp.id)).toBeLessThan(5_000);
  });
});
