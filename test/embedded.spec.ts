import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { OrderBody, ProductBody, TokenBody } from './support/api-types.js';
import { Client } from './support/client.js';
import { copyClusterTo } from './support/cluster.js';
import { runCommand } from './support/command.js';
import { until } from './support/database.js';
import { ServiceProcess } from './support/service-process.js';

const EMBEDDED = { JWT_SECRET: '', DATABASE_URL: '' };

let home: string;
let running: ServiceProcess[];

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'embedded-'));
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((service) => service.stop('SIGKILL')));
  const left = await postmasterPid().catch(() => 0);
  if (left > 0 && isAlive(left)) process.kill(left, 'SIGQUIT');
  await until('the server is gone', () => Promise.resolve(left === 0 || !isAlive(left)));
  await rm(home, { recursive: true, force: true });
});

/** Starts on a copy of an empty cluster, which is faster than creating one. */
async function startOnCluster(): Promise<ServiceProcess> {
  await copyClusterTo(join(home, 'data'));
  return start();
}

async function start(variables: Record<string, string> = {}): Promise<ServiceProcess> {
  const service = await ServiceProcess.start({ ...EMBEDDED, ...variables }, home);
  running.push(service);
  return service;
}

const RUNNING = `SELECT FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%FROM generate_series%'
                    AND pid <> pg_backend_pid()`;

/** Registers an admin, adds a product and orders one unit. */
async function sell(service: ServiceProcess): Promise<Client> {
  const anyone = new Client(() => service.url);
  const admin = { username: 'admin1', password: '1234', role: 'admin' };
  await anyone.post('/register', admin);
  const { body } = await anyone.post<TokenBody>('/login', { username: 'admin1', password: '1234' });
  const client = anyone.as(body.access_token);
  const product = await client.post<ProductBody>('/products', { name: 'Lamp', price: 1, stock_quantity: 5 });
  const order = await client.post<OrderBody>('/orders', {
    items: [{ product_id: product.body.id, quantity: 1 }],
  });
  expect(order.status).toBe(201);
  return client;
}

async function stockOnDisk(): Promise<number> {
  const service = await start();
  const { body } = await new Client(() => service.url).get<ProductBody>('/products/1');
  await service.stop();
  return body.stock_quantity;
}

const lockFileLines = async () =>
  (await readFile(join(home, 'data/postgres/postmaster.pid'), 'utf8')).split('\n');
const postmasterPid = async () => Number((await lockFileLines())[0]);

/** A separate session in the service's own server. */
async function connected(): Promise<pg.Client> {
  const password = await readFile(join(home, 'data/postgres-password'), 'utf8');
  const port = Number((await lockFileLines())[3]);
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', password, database: 'postgres' });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
/** The session of a process: Ctrl-C in a terminal reaches every process of the terminal's session. */
const sessionOf = (pid: number) =>
  Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[3]);
/** A zombie, whose parent has not read its exit code yet, does not count as alive. */
const isAlive = (pid: number) => {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
};

// Guarantees that the service brings its own PostgreSQL, and that no kind of exit loses an order.
describe('the embedded PostgreSQL', () => {
  it('is created at the first start, logs its steps, and stops with the service', async () => {
    const service = await start();
    await sell(service);
    const pid = await postmasterPid();
    expect(sessionOf(pid)).toBe(pid);

    const exit = await service.stop('SIGINT');

    expect(exit).toEqual({ code: 0, signal: null });
    expect(isAlive(pid)).toBe(false);
    expect(service.output).toMatch(
      /creating a PostgreSQL cluster[^]*starting PostgreSQL[^]*migrated[^]*ready[^]*stopped/,
    );
    expect(await stockOnDisk()).toBe(4);
  });

  it('keeps its secrets readable by the owner only and out of the log', async () => {
    const service = await startOnCluster();
    await sell(service);

    for (const name of ['jwt-secret', 'postgres-password']) {
      const path = join(home, 'data', name);
      expect(service.output).not.toContain((await readFile(path, 'utf8')).trim());
      expect((await stat(path)).mode & 0o077).toBe(0);
    }
  });

  it('is taken over from a killed service, with all orders and valid tokens', async () => {
    const client = await sell(await startOnCluster());
    const pid = await postmasterPid();
    await running[0]?.stop('SIGKILL');
    expect(isAlive(pid)).toBe(true);

    const second = await start();
    const orders = await new Client(() => second.url, client.token).get<{ data: OrderBody[] }>('/orders');

    expect(await postmasterPid()).toBe(pid);
    expect(orders.body.data).toHaveLength(1);
    expect((await second.stop()).code).toBe(0);
    expect(isAlive(pid)).toBe(false);
  });

  it('recovers after service and server were killed together', async () => {
    const service = await startOnCluster();
    await sell(service);
    const pid = await postmasterPid();
    await service.stop('SIGKILL');
    process.kill(pid, 'SIGKILL');

    expect(await stockOnDisk()).toBe(4);
  });

  it('waits for processes that a killed server left running, and then recovers', async () => {
    const service = await startOnCluster();
    await sell(service);
    const pid = await postmasterPid();
    const [client, other] = [await connected(), await connected()];
    // While it runs a statement, this process does not notice that its server is gone.
    await client.query(`SET statement_timeout = '3s'`);
    const statement = client.query('SELECT count(*) FROM generate_series(1, 10000000000)');
    const failure = statement.catch((error: Error) => error.message);
    await until('it runs', async () => (await other.query(RUNNING)).rowCount === 1);
    await service.stop('SIGKILL');
    process.kill(pid, 'SIGKILL');

    expect(await stockOnDisk()).toBe(4);
    expect(await failure).toMatch(/statement timeout/);
  });

  it('starts despite a stale lock file whose pid now belongs to another process', async () => {
    const service = await startOnCluster();
    await sell(service);
    const lockFile = join(home, 'data/postgres/postmaster.pid');
    const lines = await lockFileLines();
    await service.stop();
    await writeFile(lockFile, [process.pid, ...lines.slice(1)].join('\n'));

    expect(await stockOnDisk()).toBe(4);
  });

  it('is restarted if only the server dies, while the service keeps running', async () => {
    const service = await startOnCluster();
    const client = await sell(service);
    const pid = await postmasterPid();

    process.kill(pid, 'SIGKILL');
    // Sessions of the old server may answer for a moment longer.
    await until('there is another server', async () => (await postmasterPid().catch(() => pid)) !== pid);
    await until('products are served again', async () => (await client.get('/products/1')).status === 200);

    expect((await client.get<{ balanced: boolean }>('/audit/stock')).body.balanced).toBe(true);
  });

  it('serves one service: a second one on the same folder refuses to start and says what to do', async () => {
    const first = await startOnCluster();
    const client = await sell(first);

    const second = ServiceProcess.launch(EMBEDDED, home);
    const exit = await second.exited;

    expect(exit.code).toBe(1);
    expect(second.output).toMatch(new RegExp(`process ${first.pid}`));
    expect(second.output).toMatch(/DATA_DIR.*DATABASE_URL/);
    expect((await client.get('/products/1')).status).toBe(200);
  });

  it('is taken over from a service that is stopping', async () => {
    const first = await startOnCluster();
    await sell(first);

    const stopped = first.stop();
    const second = await start();

    expect((await stopped).code).toBe(0);
    expect((await new Client(() => second.url).get<ProductBody>('/products/1')).body.stock_quantity).toBe(4);
    expect((await second.stop()).code).toBe(0);
  });

  it('survives two first starts at once: one serves, the other one explains why it cannot', async () => {
    const services = [ServiceProcess.launch(EMBEDDED, home), ServiceProcess.launch(EMBEDDED, home)];
    running.push(...services);

    await Promise.any(services.map((service) => service.says(/is ready at/)));
    const loser = await Promise.race(
      services.map(async (service) => ({ service, exit: await service.exited })),
    );

    expect(loser.exit.code).toBe(1);
    expect(loser.service.output).toMatch(/already runs the embedded PostgreSQL/);
    const winner = services.find((service) => service !== loser.service);
    expect((await new Client(() => winner?.url ?? '').get('/health/ready')).status).toBe(200);
  });

  it('serves commands, both while the service runs and without it', async () => {
    await copyClusterTo(join(home, 'data'));
    const command = (name: string) => runCommand(name, { workingDir: home });

    const seeded = await command('seed');
    const service = await start();
    const repeated = await command('seed');
    const audited = JSON.parse(await command('audit')) as { balanced: boolean; products_checked: number };
    const products = await new Client(() => service.url).get<{ pagination: { total: number } }>('/products');

    expect(seeded).toMatch(/^added Desk lamp/);
    expect(repeated).toMatch(/there already/);
    expect(audited).toMatchObject({ balanced: true, products_checked: 10 });
    expect(products.body.pagination.total).toBe(10);
    expect((await service.stop()).code).toBe(0);
  });
});
