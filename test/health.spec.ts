import { describe, expect, it } from '@jest/globals';
import { FaultProxy } from '../storm/fault-proxy.js';
import { Client } from './support/client.js';
import { Connection } from './support/connection.js';
import { until } from './support/database.js';
import { useProxiedService } from './support/proxied-service.js';
import { ServiceProcess } from './support/service-process.js';
import { asItems, useWorld } from './support/world.js';

const given = useWorld();
const proxied = useProxiedService(given, { METRICS_PORT: '0', RATE_LIMIT_PER_MINUTE: '30' });

/** The two health checks of a service, on the API's port or on the operator's port. */
const api = () => new Client(() => proxied.service.url);
const operationsOf = (service: ServiceProcess) => Client.ofOperations(() => service.operationsUrl);

async function healthOf(client: Client): Promise<{ live: number; ready: number }> {
  const [live, ready] = [await client.get('/health/live'), await client.get('/health/ready')];
  return { live: live.status, ready: ready.status };
}

const becomes = (client: Client, status: number) =>
  until(`it is ready: ${status}`, async () => (await client.get('/health/ready')).status === status);

// Guarantees that the health checks are right from the start of the service until its end.
describe('health', () => {
  it('is live but not ready until the database is reachable, and then ready', async () => {
    const proxy = await FaultProxy.start(given.database.url);
    proxy.refuseConnections();
    const service = ServiceProcess.launch({ DATABASE_URL: proxy.url, METRICS_PORT: '0' });
    await service.says(/waiting for the PostgreSQL server/);

    const starting = await healthOf(operationsOf(service));
    await proxy.acceptConnections();
    await service.says(/is ready at/);
    const serving = await healthOf(operationsOf(service));
    await service.stop();
    proxy.stop();

    expect(starting).toEqual({ live: 200, ready: 503 });
    expect(serving).toEqual({ live: 200, ready: 200 });
  });

  it.each([
    ['unreachable', () => proxied.proxy.refuseConnections(), () => proxied.proxy.acceptConnections()],
    ['silent', () => proxied.proxy.freeze(), () => Promise.resolve(proxied.proxy.thaw())],
  ])(
    'is live but not ready while the database is %s, and ready again afterwards',
    async (_, breakIt, mendIt) => {
      await becomes(api(), 200);

      breakIt();
      await becomes(api(), 503);
      const [onApi, onOperations] = [await healthOf(api()), await healthOf(operationsOf(proxied.service))];
      await mendIt();

      expect([onApi, onOperations]).toEqual([
        { live: 200, ready: 503 },
        { live: 200, ready: 503 },
      ]);
      await becomes(api(), 200);
      await becomes(operationsOf(proxied.service), 200);
    },
  );

  it('answers before an ordinary request gives up on the same silent database', async () => {
    await becomes(api(), 200);
    // These calls open the connections, so that neither request below needs a new one.
    await Promise.all(Array.from({ length: 4 }, () => api().get('/products')));
    const answered: string[] = [];
    const products = async () => answered.push(`products ${(await api().get('/products')).status}`);
    // The last result may still be cached.
    const readiness = async () => {
      await becomes(api(), 503);
      answered.push('readiness 503');
    };

    proxied.proxy.freeze();
    await Promise.all([products(), readiness()]);
    proxied.proxy.thaw();

    expect(answered).toEqual(['readiness 503', 'products 503']);
    await becomes(api(), 200);
  });

  it('is not ready on a server that accepts no writes, such as a standby', async () => {
    const name = new URL(given.database.url).pathname.slice(1);
    await given.database.rows(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    await given.database.cutConnections();

    await becomes(api(), 503);
    await given.database.rows('SET default_transaction_read_only = off');
    await given.database.rows(`ALTER DATABASE ${name} RESET default_transaction_read_only`);
    await given.database.cutConnections();

    await becomes(api(), 200);
  });

  it('queries the database fewer than ten times for 200 checks at once, and is exempt from the rate limit', async () => {
    await becomes(api(), 200);
    const records = proxied.proxy.recordStatements();

    const answers = await Promise.all(Array.from({ length: 200 }, () => api().get('/health/ready')));
    const others = await Promise.all(Array.from({ length: 31 }, () => api().get('/problems')));

    const probes = records.flatMap(({ statements }) => statements).filter((sql) => /read_only/.test(sql));
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    expect(probes.length).toBeLessThan(10);
    expect(others.filter(({ status }) => status === 429).length).toBeGreaterThan(0);
    expect(await healthOf(api())).toEqual({ live: 200, ready: 200 });
  });

  it('needs no token, and ignores a wrong one', async () => {
    expect(await healthOf(api().as('not a token'))).toEqual({ live: 200, ready: 200 });
  });

  it('is live but not ready while the service stops', async () => {
    const [lamp, buyer] = [await given.product(), await given.customer()];
    const service = await ServiceProcess.start({ DATABASE_URL: given.database.url, METRICS_PORT: '0' });
    const operations = operationsOf(service);
    const held = await given.database.hold(lamp.id);
    const order = given.clientOf(service, buyer).post('/orders', { items: asItems({ [lamp.id]: 1 }) });
    const kept = await Connection.open(service, 'GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n');
    await until('the order waits', async () => (await given.database.waitingForLocks()) > 0);
    const before = await healthOf(operations);

    const stopped = service.stop();
    await service.says(/finishing/);
    const during = await healthOf(operations);
    kept.socket.write('GET /health/ready HTTP/1.1\r\nhost: x\r\n\r\n');
    await until('the kept connection is answered or closed', () =>
      Promise.resolve(kept.statuses.length === 2 || kept.isClosed),
    );
    await held.release();

    expect([before, during]).toEqual([
      { live: 200, ready: 200 },
      { live: 200, ready: 503 },
    ]);
    expect(kept.statuses).not.toEqual([200, 200]);
    expect((await order).status).toBe(201);
    expect((await stopped).code).toBe(0);
    expect(await given.database.stockOf(lamp)).toBe(9);
  });
});
