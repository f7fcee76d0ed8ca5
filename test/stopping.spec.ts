import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import type { OrderBody } from './support/api-types.js';
import { Buying, oneOf } from './support/buying.js';
import { Connection } from './support/connection.js';
import { until } from './support/database.js';
import { throughPooler } from './support/pooler.js';
import { ServiceProcess } from './support/service-process.js';
import { type Person, succeeded, useWorld } from './support/world.js';

const given = useWorld();
const STOP_MS_MAX = 10_000;

const HALVES = {
  'half a request line': 'GET /pro',
  'half a header section': 'GET /products HTTP/1.1\r\nhost: x\r\n',
  'half a body': 'POST /login HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nuser',
  'an answer, and then nothing': 'GET /products HTTP/1.1\r\nhost: x\r\n\r\n',
  nothing: '',
};

/** An order that waits for a lock of another session, and a function that releases the lock. */
async function stuckOrder(service: ServiceProcess, buyer: Person) {
  const lamp = await given.product();
  const outside = await given.database.session();
  await outside.query('BEGIN');
  await outside.query('SELECT 1 FROM products WHERE id = $1 FOR UPDATE', [lamp.id]);
  const answer = given
    .clientOf(service, buyer)
    .post<OrderBody>('/orders', oneOf(lamp))
    .catch(() => undefined);
  await until('the order waits', async () => (await given.database.waitingForLocks()) === 1);
  const letGo = async () => {
    await outside.query('COMMIT');
    outside.release();
  };
  return { lamp, answer, letGo };
}

// Guarantees that a stop finishes accepted requests, and that nobody can delay it.
describe('stopping', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'on %s under load ends within 10 s with 0, whoever keeps connections open',
    async (signal) => {
      const [lamp, buyer, service] = [
        await given.product({ stock: 100_000 }),
        await given.customer(),
        await given.secondService(),
      ];
      const open = await Promise.all(
        Object.values(HALVES).flatMap((bytes) =>
          Array.from({ length: 10 }, () => Connection.open(service, bytes)),
        ),
      );
      const buying = new Buying(given.clientOf(service, buyer), lamp);
      await until('orders flow', () => Promise.resolve(buying.answers.length > 40));

      const begun = Date.now();
      const exit = await service.stop(signal);
      const took = Date.now() - begun;
      await Promise.all([buying.over, ...open.map(({ closed }) => closed)]);

      expect(exit).toEqual({ code: 0, signal: null });
      expect(took).toBeLessThan(STOP_MS_MAX);
      expect(buying.answers.every(succeeded)).toBe(true);
      expect(await given.database.stockOf(lamp)).toBe(100_000 - buying.answers.length);
    },
  );

  it('with STOP_DELAY_MS first turns not ready, and still serves but closes connections', async () => {
    const [lamp, buyer] = [await given.product(), await given.customer()];
    const service = await given.secondService({ STOP_DELAY_MS: '3000' });
    const readiness = async () => (await fetch(`${service.url}/health/ready`)).status;
    expect(await readiness()).toBe(200);

    const exit = service.stop();
    await until('it is not ready', async () => (await readiness()) === 503);
    const answer = await given.clientOf(service, buyer).post<OrderBody>('/orders', oneOf(lamp));

    expect(answer.status).toBe(201);
    expect(answer.headers.get('connection')).toBe('close');
    expect(await given.database.stockOf(lamp)).toBe(9);
    expect(await exit).toEqual({ code: 0, signal: null });
  });

  it('ends at once at a second signal', async () => {
    const [buyer, service] = [await given.customer(), await given.secondService()];
    const { answer, letGo } = await stuckOrder(service, buyer);

    const exit = service.stop('SIGTERM');
    await service.says(/finishing 1 requests/);
    await service.stop('SIGINT');
    await letGo();

    expect(await exit).toEqual({ code: 1, signal: null });
    expect(service.output).toMatch(/SIGINT: ending at once/);
    expect(await answer).toBeUndefined();
  });

  it('ends within 10 s even if the database no longer answers', async () => {
    const proxy = await FreezableProxy.start(throughPooler(given.database.url));
    const service = await ServiceProcess.start({ DATABASE_URL: proxy.url });
    const [lamp, buyer] = [await given.product(), await given.customer()];
    await given.clientOf(service, buyer).get('/me');
    proxy.isFrozen = true;
    const order = given
      .clientOf(service, buyer)
      .post('/orders', oneOf(lamp))
      .catch(() => undefined);
    await until('the order is on its way', () => Promise.resolve(proxy.bytesHeldBack > 0));

    const begun = Date.now();
    const exit = await service.stop();
    const took = Date.now() - begun;
    proxy.stop();
    const answer = await order;

    expect([0, 1]).toContain(exit.code);
    expect(took).toBeLessThan(STOP_MS_MAX);
    expect([undefined, 503]).toContain(answer?.status);
    expect(await given.database.stockOf(lamp)).toBe(10);
  });
});

// Guarantees that an unexpected fault is logged, and that no order is lost with it.
describe('an unexpected fault', () => {
  it.each(['exception', 'rejection'])(
    '(an %s that nobody catches) is logged, lets orders finish, and exits with 1',
    async (fault) => {
      const buyer = await given.customer();
      const service = await ServiceProcess.start({
        DATABASE_URL: given.database.url,
        NODE_OPTIONS: `--import ${new URL('support/faulty.mjs', import.meta.url).href}`,
        FAULT: fault,
      });
      const { lamp, answer, letGo } = await stuckOrder(service, buyer);

      const exit = service.stop('SIGUSR2');
      await service.says(/finishing 1 requests/);
      await letGo();

      expect((await answer)?.status).toBe(201);
      expect(await exit).toEqual({ code: 1, signal: null });
      expect(service.output).toMatch(/"level":60.*a fault made on purpose.*"msg":"unexpected error"/);
      expect(await given.database.stockOf(lamp)).toBe(9);
    },
  );
});

/** A proxy between service and PostgreSQL that can fall silent without closing connections. */
class FreezableProxy {
  isFrozen = false;
  bytesHeldBack = 0;
  private readonly sockets: Socket[] = [];
  private readonly server = createServer((client) => {
    this.join(client, connect(Number(this.target.port), this.target.hostname));
  });

  private constructor(private readonly target: URL) {}

  static async start(databaseUrl: string): Promise<FreezableProxy> {
    const proxy = new FreezableProxy(new URL(databaseUrl));
    await once(proxy.server.listen(0, '127.0.0.1'), 'listening');
    return proxy;
  }

  get url(): string {
    const { port } = this.server.address() as AddressInfo;
    return Object.assign(new URL(this.target), { host: `127.0.0.1:${port}` }).href;
  }

  stop(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private join(client: Socket, database: Socket): void {
    for (const [from, to] of [
      [client, database],
      [database, client],
    ] as const) {
      this.sockets.push(from);
      from.on('error', () => undefined).on('close', () => to.destroy());
      from.on('data', (bytes) => {
        if (this.isFrozen) this.bytesHeldBack += bytes.length;
        else to.write(bytes);
      });
    }
  }
}
