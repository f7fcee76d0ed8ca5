import { describe, expect, it } from '@jest/globals';
import { Client } from './support/client.js';
import { Connection } from './support/connection.js';
import { until } from './support/database.js';
import { useWorld } from './support/world.js';

/** A service whose limits are low enough for a test to reach. */
const SMALL = {
  RATE_LIMIT_PER_MINUTE: '20',
  TRUST_PROXY: '127.0.0.1',
  CORS_ORIGINS: 'https://shop.example',
};
const given = useWorld();
const strict = useWorld(SMALL);
/** Three incomplete bodies are allowed on these. */
const crowded = useWorld({ MAX_CONNECTIONS: '60' });
const impatient = useWorld({ REQUEST_TIMEOUT_MS: '1200', KEEP_ALIVE_TIMEOUT_MS: '500' });

const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
const get = (path: string, headers = '') => `GET ${path} HTTP/1.1\r\nhost: x\r\n${headers}\r\n`;
const halfBody =
  'POST /login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n{';
const otherHalf = '"username":1,"p":1}';

// Guarantees that the largest documented size is accepted, and anything above it refused.
describe('sizes', () => {
  const json = { 'content-type': 'application/json' };

  it.each([
    ['a URL of 8,000 characters', 8_000, 200],
    ['a URL of 8,001 characters', 8_001, 414],
  ])('%s', async (_name, length, status) => {
    const path = '/health/live?x=';
    const answer = await given.anyone.get(path + 'x'.repeat(length - path.length));
    expect(answer.status).toBe(status);
  });

  it.each([
    ['a path parameter of 100 characters', 100, 422],
    ['a path parameter of 101 characters', 101, 414],
  ])('%s', async (_name, length, status) => {
    expect((await given.anyone.get(`/products/${'1'.repeat(length)}`)).status).toBe(status);
  });

  it.each([
    ['a body of 256 KiB', 256 * 1024, 422],
    ['a body of 256 KiB and a byte', 256 * 1024 + 1, 413],
  ])('%s', async (_name, length, status) => {
    const { client } = await given.customer();
    const frame = '{"items":""}';
    const body = `{"items":"${'x'.repeat(length - frame.length)}"}`;
    expect((await client.call('POST', '/orders', { body, headers: json })).status).toBe(status);
  });

  it('counts the bytes of a body without Content-Length', async () => {
    const { client } = await given.customer();
    const head =
      `POST /orders HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${client.token}\r\ncontent-type: ` +
      `application/json\r\ntransfer-encoding: chunked\r\n\r\n`;
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;

    const fits = await Connection.open(given.service, `${head}${chunk.repeat(4)}0\r\n\r\n`);
    const exceeds = await Connection.open(given.service, `${head}${chunk.repeat(4)}1\r\n \r\n0\r\n\r\n`);

    await until('both are answered', () =>
      Promise.resolve(fits.statuses.length + exceeds.statuses.length === 2),
    );
    expect([fits.statuses, exceeds.statuses]).toEqual([[400], [413]]);
    fits.socket.destroy();
  });

  it.each([
    ['headers of nearly 16 KiB', 16_000, 200],
    ['headers of more than 16 KiB', 16_500, 431],
  ])('%s', async (_name, length, status) => {
    const answer = await given.anyone.get('/health/live', { headers: { 'x-long': 'x'.repeat(length) } });
    expect(answer.status).toBe(status);
  });

  it.each([
    ['1,000 products', 1_000, 404],
    ['1,001 products', 1_001, 422],
  ])('an order of %s', async (_name, count, status) => {
    const { client } = await given.customer();
    const items = Array.from({ length: count }, (_, n) => ({ product_id: 2_000_000_000 + n, quantity: 1 }));
    expect((await client.post('/orders', { items })).status).toBe(status);
  });

  it.each([
    ['5,000 lines', 5_000, 404],
    ['5,001 lines', 5_001, 422],
  ])('an order of %s', async (_name, count, status) => {
    const { client } = await given.customer();
    const items = Array(count).fill({ product_id: 2_000_000_000, quantity: 1 });
    expect((await client.post('/orders', { items })).status).toBe(status);
  });

  it.each([
    ['limit=100', 200],
    ['limit=101', 422],
    ['page=1000000000', 200],
    ['page=1000000001', 422],
    [`cursor=${'x'.repeat(201)}`, 422],
  ])('a list with %s', async (query, status) => {
    expect((await given.anyone.get(`/products?${query}`)).status).toBe(status);
  });
});

// Guarantees that no single client can use up the service or pretend to be many clients.
describe('the request limit', () => {
  it('is off by default outside production', async () => {
    expect((await given.anyone.get('/problems')).headers.has('ratelimit-limit')).toBe(false);
  });

  it('answers 20 requests on any route and refuses the 21st with the time to wait', async () => {
    const client = from('203.0.113.1');
    const paths = ['/products', '/nowhere', '/orders', '/products/zero'];
    const answers = [];
    for (let n = 0; n < 21; n += 1) answers.push(await strict.anyone.get(paths[n % 4] as string, client));

    expect(answers.slice(0, 4).map(({ status }) => status)).toEqual([200, 404, 401, 422]);
    expect(answers.map(({ status }) => status === 429)).toEqual([...Array<boolean>(20).fill(false), true]);
    expect(answers.map(({ headers }) => headers.get('ratelimit-remaining')).slice(-3)).toEqual([
      '1',
      '0',
      '0',
    ]);
    const { headers, body } = answers[20] as (typeof answers)[0];
    expect(body).toMatchObject({ code: 'too-many-requests', status: 429 });
    expect(headers.get('ratelimit-limit')).toBe('20');
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(60);
  });

  it('counts all addresses of an IPv6 /64 as one client, and other addresses separately', async () => {
    const statuses = [];
    for (let n = 0; n < 21; n += 1) {
      statuses.push((await strict.anyone.get('/problems', from(`2001:db8:1:2::${n + 1}`))).status);
    }
    const neighbour = await strict.anyone.get('/problems', from('2001:db8:1:3::1'));

    expect([statuses[19], statuses[20], neighbour.status]).toEqual([200, 429, 200]);
  });

  it('cannot be evaded with a made-up address', async () => {
    const statuses = [];
    for (let n = 0; n < 21; n += 1) {
      const answer = await strict.anyone.get('/problems', from(`10.9.8.${n}, 203.0.113.2`));
      statuses.push(answer.status);
    }
    expect([statuses[19], statuses[20]]).toEqual([200, 429]);
  });

  it('lets pages of allowed origins read its headers', async () => {
    const { headers } = await strict.anyone.get('/problems', {
      headers: { origin: 'https://shop.example', 'x-forwarded-for': '203.0.113.3' },
    });
    expect(headers.get('access-control-expose-headers')).toMatch(/RateLimit-Remaining/);
    expect(headers.get('access-control-allow-origin')).toBe('https://shop.example');
  });
});

// Guarantees that connections and incomplete bodies use a bounded part of the service.
describe('the connection limit', () => {
  it('closes the 61st connection at once, and the other sixty stay usable', async () => {
    const sixty = [];
    for (let n = 0; n < 60; n += 1) sixty.push(await Connection.open(crowded.service));
    const oneMore = await Connection.open(crowded.service, get('/health/live'));

    expect(await oneMore.closed).toBe('');
    await crowded.service.says(/MAX_CONNECTIONS are open/);
    for (const { socket } of sixty) socket.write(get('/health/live', 'connection: close\r\n'));
    await Promise.all(sixty.map(({ closed }) => closed));
    expect(sixty.flatMap(({ statuses }) => statuses)).toEqual(sixty.map(() => 200));
  });

  it('allows three incomplete bodies to be completed', async () => {
    const three = await Promise.all([1, 2, 3].map(() => Connection.open(crowded.service, halfBody)));
    await new Client(() => crowded.service.url).get('/health/live');
    for (const { socket } of three) socket.write(otherHalf);

    await until('all are answered', () =>
      Promise.resolve(three.every(({ statuses }) => statuses.length > 0)),
    );
    expect(three.flatMap(({ statuses }) => statuses)).toEqual([422, 422, 422]);
    for (const { socket } of three) socket.destroy();
  });

  it('drops the oldest incomplete body when a fourth one arrives', async () => {
    const first = await Connection.open(crowded.service, halfBody);
    await new Client(() => crowded.service.url).get('/health/live');
    const others = await Promise.all([2, 3, 4].map(() => Connection.open(crowded.service, halfBody)));

    expect(await first.closed).toMatch(/^HTTP\/1.1 408 .*"code":"request-timeout"/s);
    for (const { socket } of others) socket.write(otherHalf);
    await until('the others are answered', () =>
      Promise.resolve(others.every(({ statuses }) => statuses.length > 0)),
    );
    expect(others.flatMap(({ statuses }) => statuses)).toEqual([422, 422, 422]);
    for (const { socket } of others) socket.destroy();
  });
});

// Guarantees that slow clients are disconnected, with a separate limit for each kind of wait.
describe('the service disconnects', () => {
  it.each([
    ['never finishes its headers', 'GET /health/live HTTP/1.1\r\nhost: x\r\n', 'HTTP/1.1 408'],
    ['never finishes its body', halfBody, 'HTTP/1.1 408'],
    ['sends nothing after an answer', get('/health/live'), 'HTTP/1.1 200'],
    ['sends nothing at all', '', 'HTTP/1.1 408'],
  ])('a client that %s', async (_name, bytes, beginning) => {
    const connection = await Connection.open(impatient.service, bytes);
    expect((await connection.closed).slice(0, beginning.length)).toBe(beginning);
  });

  it('a client that sends its headers a byte at a time', async () => {
    const connection = await Connection.open(impatient.service, 'GET /health/live HTTP/1.1\r\nx-slow: ');
    const dripping = setInterval(() => connection.socket.write('x'), 20);
    const text = await connection.closed;
    clearInterval(dripping);
    expect(text).toMatch(/^HTTP\/1.1 408 .*"code":"request-timeout"/s);
  });

  it('a client that never reads its answer', async () => {
    const connection = await Connection.open(impatient.service);
    connection.socket.pause();
    connection.socket.write(get('/docs/swagger-ui-bundle.js').repeat(30));
    await impatient.service.says(/"route":"\/docs[^\n]*"aborted":true/);

    connection.socket.resume();
    const text = await connection.closed;
    expect(text.length).toBeLessThan(30 * 1_000_000);
  });
});
