import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { Client } from './support/client.js';
import { until } from './support/database.js';
import { ServiceProcess } from './support/service-process.js';
import { useWorld } from './support/world.js';

const given = useWorld();
const SECRET = 'a secret of the tests, longer than 32 characters';
/** Docker Compose sets these itself: it has its own database, no proxy, and runs in production mode. */
const DECIDED_BY_COMPOSE = [
  'ALLOW_UNSAFE_DATABASE',
  'DATABASE_CA_FILE',
  'DATABASE_PREPARED_STATEMENTS',
  'DATABASE_URL',
  'DATA_DIR',
  'HOST',
  'MIGRATION_DATABASE_URL',
  'NODE_ENV',
  'STOP_DELAY_MS',
];

/** The variables of `Env`. */
async function variableNames(): Promise<string[]> {
  const source = await readFile('src/config/env.ts', 'utf8');
  return [...source.matchAll(/readonly ([A-Z_]+)/g)].map(([, name]) => name as string);
}

// Guarantees that a faulty configuration is reported at once, completely and without its values.
describe('the configuration', () => {
  it('names every fault in one message, prints no value, and exits with 78', async () => {
    const service = ServiceProcess.launch({
      NODE_ENV: 'production',
      PORT: 'eighty',
      JWT_SECRET: 'too short to be safe',
      ADMIN_SIGNUP: 'maybe',
      ADMIN_USERNAME: 'boss',
      LOG_LEVEL: 'loud',
      DATABASE_URL: 'postgres://root:hunter2@localhost:notaport/x',
      TRUST_PROXY: '10.0.0.0/99',
    });

    const exit = await service.exited;

    expect(exit.code).toBe(78);
    for (const name of [
      'PORT',
      'JWT_SECRET',
      'ADMIN_SIGNUP',
      'ADMIN_PASSWORD',
      'LOG_LEVEL',
      'DATABASE_URL',
    ]) {
      expect(service.output).toContain(name);
    }
    expect(service.output).not.toMatch(
      /eighty|too short to be safe|maybe|boss|loud|hunter2|notaport|10\.0\.0/,
    );
  });

  it('requires a database and a secret in production', async () => {
    const service = ServiceProcess.launch({ NODE_ENV: 'production', JWT_SECRET: '', DATABASE_URL: '' });

    expect((await service.exited).code).toBe(78);
    expect(service.output).toMatch(/JWT_SECRET is required/);
    expect(service.output).toMatch(/DATABASE_URL is required/);
  });

  it("counts the admin's password in characters, as a registered one is counted", async () => {
    const service = ServiceProcess.launch({ ADMIN_USERNAME: 'boss', ADMIN_PASSWORD: '🙂🙂' });

    expect((await service.exited).code).toBe(78);
    expect(service.output).toMatch(/ADMIN_PASSWORD is shorter than PASSWORD_MIN_LENGTH/);
  });

  it('closes admin signup in production, and requires longer passwords', async () => {
    const service = await ServiceProcess.start({ NODE_ENV: 'production', DATABASE_URL: given.database.url });
    const client = new Client(() => service.url);

    const admin = await client.post('/register', {
      username: 'intruder',
      password: 'correct horse',
      role: 'admin',
    });
    const short = await client.post('/register', { username: 'shorty', password: '1234567' });
    await service.stop();

    expect([admin.status, short.status]).toEqual([403, 422]);
  });

  it('is passed on by docker-compose.yml, except for what that file decides itself', async () => {
    const [, service = ''] = (await readFile('docker-compose.yml', 'utf8')).split('\n  app:\n');
    const missing = (await variableNames()).filter((name) => !service.includes('${' + name));

    expect(missing.sort()).toEqual(DECIDED_BY_COMPOSE);
  });
});

// Guarantees that a failed start says what went wrong, and that
// a stop loses nothing and takes at most 10 s.
describe('the process', () => {
  it('can be stopped while it waits for a database that is not there', async () => {
    const service = ServiceProcess.launch({ DATABASE_URL: 'postgres://user:secret@127.0.0.1:1/none' });
    await service.says(/waiting for the PostgreSQL server/);

    expect(await service.stop()).toEqual({ code: 0, signal: null });
    expect(service.output).not.toMatch(/could not start|secret/);
  });

  it('logs that it is ready at every log level', async () => {
    const service = await ServiceProcess.start({ DATABASE_URL: given.database.url, LOG_LEVEL: 'error' });
    expect((await service.stop()).code).toBe(0);
  });

  it('names the port that is taken and exits with 1', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const { port } = blocker.address() as { port: number };

    const service = ServiceProcess.launch({ DATABASE_URL: given.database.url, PORT: `${port}` });
    const exit = await service.exited;
    blocker.close();

    expect(exit.code).toBe(1);
    expect(service.output).toContain(`Port ${port} on 127.0.0.1 is taken`);
  });

  it.each(['/proc/nowhere', '/dev/null/data'])('says that DATA_DIR %s cannot be used', async (dataDir) => {
    const service = ServiceProcess.launch({ DATABASE_URL: '', DATA_DIR: dataDir });

    expect((await service.exited).code).toBe(1);
    expect(service.output).toMatch(/cannot be used .*Set DATA_DIR to a folder/);
  });

  it('reports that the database refuses its credentials, without revealing them', async () => {
    const url = new URL(given.database.url);
    url.username = 'nobody-of-that-name';
    url.password = 'wrong-password';

    const service = ServiceProcess.launch({ DATABASE_URL: url.href });

    expect((await service.exited).code).toBe(1);
    expect(service.output).toMatch(/could not start: .*(authentication failed|does not exist)/);
    expect(service.output).not.toContain('wrong-password');
  });

  it('finishes an order that waits for a lock, and waits for no incomplete request', async () => {
    const lamp = await given.product();
    const buyer = await given.customer();
    const service = await given.secondService();
    const half = await open(
      service,
      'POST /orders HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"items"',
    );
    const outside = await given.database.session();
    await outside.query('BEGIN');
    await outside.query('SELECT 1 FROM products WHERE id = $1 FOR UPDATE', [lamp.id]);
    const body = JSON.stringify({ items: [{ product_id: lamp.id, quantity: 1 }] });
    const order = await open(
      service,
      `POST /orders HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${buyer.client.token}\r\n` +
        `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    await until('the order waits', async () => (await given.database.waitingForLocks()) === 1);

    const stopped = service.stop();
    await service.says(/stopping/);
    order.socket.write('GET /health/ready HTTP/1.1\r\nhost: x\r\n\r\n');
    const stoppingSince = Date.now();
    await until('idle connections are closed', () => Promise.resolve(Date.now() > stoppingSince + 600));
    await outside.query('COMMIT');
    outside.release();

    const statuses = [...(await order.text).matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => status);
    expect(statuses[0]).toBe('201');
    expect([undefined, '503']).toContain(statuses[1]);
    expect(await stopped).toEqual({ code: 0, signal: null });
    expect(service.output).toMatch(/finishing 1 requests/);
    expect(await half.text).toBe('');
    expect(await given.database.stockOf(lamp)).toBe(9);
  });

  it('does not wait for clients that have disconnected', async () => {
    const lamp = await given.product();
    const buyer = await given.customer();
    const service = await given.secondService();
    const outside = await given.database.session();
    await outside.query('BEGIN');
    await outside.query('SELECT 1 FROM products WHERE id = $1 FOR UPDATE', [lamp.id]);
    const controller = new AbortController();
    const order = fetch(`${service.url}/orders`, {
      method: 'POST',
      signal: controller.signal,
      headers: { authorization: `Bearer ${buyer.client.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ items: [{ product_id: lamp.id, quantity: 1 }] }),
    });
    await until('the order waits', async () => (await given.database.waitingForLocks()) === 1);
    controller.abort();
    await expect(order).rejects.toThrow();
    await service.says(/"aborted":true/);
    await outside.query('COMMIT');
    outside.release();

    const exit = await service.stop();

    expect(exit).toEqual({ code: 0, signal: null });
    expect(service.output).not.toMatch(/finishing/);
  });

  it('logs one line per request, and never a password or a token', async () => {
    const customer = await given.customer();
    await customer.client.get('/me?secret=in-the-query');
    await until('the line is there', () => Promise.resolve(given.service.output.includes('"route":"/me"')));
    const { output } = given.service;

    const lines = output.split('\n').filter((line) => line.includes('"route":"/me"'));
    expect(lines.some((line) => (JSON.parse(line) as { user_id?: number }).user_id === customer.id)).toBe(
      true,
    );
    for (const secret of [customer.client.token ?? '', 'correct horse', 'in-the-query', SECRET]) {
      expect(output).not.toContain(secret);
    }
  });
});

/** A connection on which a text was sent, and everything that it receives until it is closed. */
async function open(
  service: ServiceProcess,
  bytes: string,
): Promise<{ socket: Socket; text: Promise<string> }> {
  const { hostname, port } = new URL(service.url);
  const socket = connect(Number(port), hostname);
  const text = new Promise<string>((resolve) => {
    let received = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => (received += chunk.toString()));
    socket.on('close', () => {
      resolve(received);
    });
  });
  await once(socket, 'connect');
  socket.write(bytes);
  return { socket, text };
}
