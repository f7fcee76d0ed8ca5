import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { OrderBody, TokenBody } from './support/api-types.js';
import { Buying } from './support/buying.js';
import { type Answer, Client } from './support/client.js';
import { Connection } from './support/connection.js';
import { until } from './support/database.js';
import { ServiceProcess } from './support/service-process.js';
import { refusedWith, succeeded, useWorld } from './support/world.js';

const given = useWorld({ WORKERS: '2' });
const STOP_MS_MAX = 10_000;
const FLAG = '--max-semi-space-size=8';
/** A connection on its way to a worker that dies gets no answer (docs/decisions.md). */
const CLIENT_TIMEOUT_MS = 3_000;

const isAlive = (pid: number) => existsSync(`/proc/${pid}`) && !/\) Z /.test(stat(pid));
const stat = (pid: number) => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return ') Z ';
  }
};

/** Sends requests on new connections, which go to the workers in turn, until this many have answered. */
async function processesOf(service: ServiceProcess, count: number): Promise<number[]> {
  await until(`${count} processes answer`, async () => {
    const asked = await Connection.open(
      service,
      'GET /products HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
    );
    await asked.closed;
    return service.answering.length >= count;
  });
  return service.answering;
}

const start = (variables: Record<string, string> = {}) =>
  ServiceProcess.start({ DATABASE_URL: given.database.url, WORKERS: '2', ...variables }, undefined, {
    detached: true,
    flags: [FLAG],
  });

// Guarantees that several processes on one port behave like a single service.
describe('two workers', () => {
  it('share one port, the flags of Node and one ready message', async () => {
    const service = await start();

    const workers = await processesOf(service, 2);
    const commands = workers.map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'latin1'));
    await service.stop();

    expect(workers).not.toContain(service.pid);
    expect(commands.every((command) => command.includes(FLAG))).toBe(true);
    expect(service.output.match(/is ready at/g)).toHaveLength(1);
  });

  it('sell the last unit to exactly one of twenty buyers', async () => {
    const lamp = await given.product({ stock: 1 });
    const buyers = await given.customers(20);

    const answers = await Promise.all(buyers.map((buyer) => buyer.places({ [lamp.id]: 1 })));

    expect(answers.filter(succeeded)).toHaveLength(1);
    expect(answers.filter(refusedWith('insufficient-stock'))).toHaveLength(19);
    expect(await given.database.stockOf(lamp)).toBe(0);
    // The log is written in batches.
    await until('both workers have logged orders', () => {
      const lines = given.service.output.split('\n').slice(0, -1);
      const orders = lines.filter((line) => line.includes('"route":"/orders"'));
      const workers = new Set(orders.map((line) => (JSON.parse(line) as { pid: number }).pid));
      return Promise.resolve(workers.size === 2);
    });
  });

  it('place an order once, whichever of them gets its retries', async () => {
    const lamp = await given.product();
    const buyer = await given.customer();

    const answers = await Promise.all(
      Array.from({ length: 10 }, () => buyer.places({ [lamp.id]: 1 }, { 'idempotency-key': 'once' })),
    );

    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(await given.database.stockOf(lamp)).toBe(9);
  });

  it('close a connection beyond MAX_CONNECTIONS at once, instead of passing it back and forth', async () => {
    const service = await start({ MAX_CONNECTIONS: '2' });
    const five = [];
    for (let n = 0; n < 5; n += 1) {
      five.push(await Connection.open(service, 'GET /products HTTP/1.1\r\nhost: x\r\n\r\n'));
    }

    // However they are distributed, one worker has three of them.
    expect(await Promise.any(five.map(({ closed }) => closed))).toBe('');
    await service.says(/MAX_CONNECTIONS are open/);
    for (const { socket } of five) socket.destroy();
    expect((await service.stop()).code).toBe(0);
  });

  it('have one embedded PostgreSQL, migrated once, and one secret', async () => {
    const home = await mkdtemp(join(tmpdir(), 'workers-'));
    const service = await ServiceProcess.start({ DATABASE_URL: '', JWT_SECRET: '', WORKERS: '2' }, home);
    const anyone = new Client(() => service.url);
    const admin = { username: 'admin1', password: '1234', role: 'admin' };
    await anyone.post('/register', admin);
    const { body } = await anyone.post<TokenBody>('/login', { username: 'admin1', password: '1234' });
    const client = anyone.as(body.access_token);

    const answers = await Promise.all(Array.from({ length: 8 }, () => client.get('/me')));
    const workers = await processesOf(service, 2);
    const exit = await service.stop();

    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(workers).toHaveLength(2);
    for (const step of [/starting PostgreSQL/g, /migrated the database/g, /stopping PostgreSQL/g]) {
      expect(service.output.match(step)).toHaveLength(1);
    }
    expect(exit).toEqual({ code: 0, signal: null });
    expect(existsSync(join(home, 'data/postgres/postmaster.pid'))).toBe(false);
    await rm(home, { recursive: true });
  });
});

// Guarantees that no kind of exit loses an acknowledged order or leaves a process running.
describe('a worker that is killed under load', () => {
  it('is replaced, and every acknowledged order exists exactly once', async () => {
    const lamp = await given.product({ stock: 100_000 });
    const buyer = await given.customer();
    const before = await processesOf(given.service, 2);
    let isOver = false;
    const acknowledged: Answer<OrderBody>[] = [];
    const buying = Array.from({ length: 8 }, async (_, index) => {
      for (let n = 0; !isOver; n += 1) {
        const headers = { 'idempotency-key': `${index}-${n}` };
        const buy = () => {
          const answer = buyer.places({ [lamp.id]: 1 }, headers).catch(() => undefined);
          return Promise.race([answer, delay(CLIENT_TIMEOUT_MS, undefined, { ref: false })]);
        };
        let answer = await buy();
        while (!answer || answer.status === 503) answer = await buy();
        acknowledged.push(answer);
      }
    });
    await until('orders flow', () => Promise.resolve(acknowledged.length > 50));

    process.kill(before[0] as number, 'SIGKILL');
    try {
      await given.service.says(/a worker has ended[^]*serves in place/);
      const served = acknowledged.length;
      await until('orders go on', () => Promise.resolve(acknowledged.length > served + 50));
    } finally {
      isOver = true;
    }
    await Promise.all(buying);
    await processesOf(given.service, 3);

    expect(acknowledged.every(succeeded)).toBe(true);
    const ids = acknowledged.map(({ body }) => body.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(await given.database.value('SELECT count(*)::integer FROM orders WHERE id = ANY($1)', [ids])).toBe(
      ids.length,
    );
    expect(await given.database.stockOf(lamp)).toBe(100_000 - ids.length);
    expect(given.service.output.match(/is ready at/g)).toHaveLength(1);
  });
});

describe('stopping two workers', () => {
  it.each(['SIGTERM to the first process', 'SIGINT to all of them, as Ctrl-C does'])(
    'by %s answers accepted requests and exits with 0 in time',
    async (way) => {
      const [lamp, buyer, service] = [
        await given.product({ stock: 100_000 }),
        await given.customer(),
        await start(),
      ];
      const workers = await processesOf(service, 2);
      const half = await Connection.open(service, 'GET /products HTTP/1.1\r\nhost: x\r\n');
      const buying = new Buying(given.clientOf(service, buyer), lamp);
      await until('orders flow', () => Promise.resolve(buying.answers.length > 40));

      const begun = Date.now();
      const exit = await (way.startsWith('SIGTERM') ? service.stop('SIGTERM') : service.stopGroup('SIGINT'));
      const took = Date.now() - begun;
      await Promise.all([buying.over, half.closed]);

      expect(exit).toEqual({ code: 0, signal: null });
      expect(took).toBeLessThan(STOP_MS_MAX);
      expect(buying.answers.every(succeeded)).toBe(true);
      expect(await given.database.stockOf(lamp)).toBe(100_000 - buying.answers.length);
      expect(workers.filter(isAlive)).toEqual([]);
    },
  );

  it('leaves no worker behind if the first process is killed', async () => {
    const service = await start();
    const workers = await processesOf(service, 2);
    const open = await Connection.open(service, 'GET /products HTTP/1.1\r\nhost: x\r\n\r\n');

    process.kill(service.pid, 'SIGKILL');
    await open.closed;
    await service.exited;

    await until('the workers are gone', () => Promise.resolve(!workers.some(isAlive)));
  });
});

// Guarantees that a service which cannot serve says so and ends, instead of retrying for ever.
describe('workers that do not start', () => {
  it('end the service with exit code 1 and the reason if the port is taken', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const { port } = blocker.address() as { port: number };

    const service = ServiceProcess.launch({
      DATABASE_URL: given.database.url,
      WORKERS: '2',
      PORT: `${port}`,
    });
    const exit = await service.exited;
    blocker.close();

    expect(exit.code).toBe(1);
    expect(service.output.match(/Port \d+ on 127\.0\.0\.1 is taken/g)).toHaveLength(1);
  });

  it('end the service with exit code 1 after five deaths in a row, and say so', async () => {
    const dying =
      `import cluster from 'node:cluster'; if (cluster.isWorker && globalThis.process.env.DIES) ` +
      `process.kill(process.pid, 'SIGKILL')`;
    const service = ServiceProcess.launch({
      DATABASE_URL: given.database.url,
      WORKERS: '2',
      DIES: 'yes',
      NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(dying)}`,
    });

    expect((await service.exited).code).toBe(1);
    expect(service.output).toMatch(/"level":60.*A worker ended before it served \(SIGKILL\)/);
    expect(service.output.match(/a worker has ended/g)?.length).toBeGreaterThanOrEqual(4);
    expect(service.output).not.toMatch(/is ready at/);
  });

  it('may not use more connections than the embedded PostgreSQL has', async () => {
    const service = ServiceProcess.launch({ DATABASE_URL: '', WORKERS: '10', DATABASE_POOL_SIZE: '10' });

    expect((await service.exited).code).toBe(78);
    expect(service.output).toMatch(/WORKERS times DATABASE_POOL_SIZE must be at most 90/);
  });
});
