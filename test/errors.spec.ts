import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { until } from './support/database.js';
import { PROBLEM_CODES, PROBLEMS, type ProblemCode } from '../src/common/problem-catalogue.js';
import type { ProblemBody } from './support/api-types.js';
import { type Answer, type Client } from './support/client.js';
import type { Received } from './support/answer-check.js';
import { Connection } from './support/connection.js';
import { readAnswers } from './support/raw-answers.js';
import { fillWithWebhooks } from './support/webhooks.js';
import { PASSWORD, useWorld } from './support/world.js';

const given = useWorld();
const { anyone } = given;
type Problem = Promise<Pick<Answer<ProblemBody>, 'status' | 'headers' | 'body'>>;

const buyer = async () => (await given.customer()).client;
const admin = async () => (await given.admin()).client;
const oneOf = (product_id: number, quantity = 1) => ({ items: [{ product_id, quantity }] });

const addEndpoint = (client: Client): Problem => client.post('/webhooks', { url: 'https://shop.example' });
const placeOneOf = async ({ id }: { id: number }, quantity = 1): Problem =>
  (await buyer()).post('/orders', oneOf(id, quantity));

/** One way to each problem. The compiler keeps the table complete. */
const WAYS: Record<ProblemCode, () => Problem> = {
  'malformed-request': () => anyone.get('/products/%zz'),
  'malformed-json': async () =>
    (await buyer()).call('POST', '/orders', { body: '{"items":', headers: JSON_TYPE }),
  unauthenticated: () => anyone.get('/orders'),
  'invalid-credentials': () => anyone.post('/login', { username: 'nobody', password: 'wrong' }),
  'invalid-refresh-token': () => anyone.post('/refresh', { refresh_token: 'x' }),
  forbidden: async () => (await buyer()).get('/audit/stock'),
  'admin-signup-closed': async () => {
    await given.admin();
    return anyone.post('/register', { username: 'mallory', password: '1234', role: 'admin' });
  },
  'not-found': () => anyone.get('/nowhere'),
  'product-not-found': () => anyone.get('/products/2000000000'),
  'order-not-found': async () => (await buyer()).get('/orders/2000000000'),
  'user-not-found': async () => (await admin()).patch('/users/2000000000', { is_active: true }),
  'webhook-not-found': async () => (await admin()).get('/webhooks/2000000000'),
  'webhooks-off': async () => addEndpoint(await admin()),
  'too-many-webhooks': async () => {
    await fillWithWebhooks(given.database);
    return given.secondAnswer({ WEBHOOKS: 'on' }, async (client) =>
      addEndpoint(client.as((await admin()).token as string)),
    );
  },
  'method-not-allowed': () => anyone.call('DELETE', '/orders/1'),
  'request-timeout': () => raw('POST /login HTTP/1.1\r\nhost: x\r\n'),
  'username-taken': async () => {
    const { username } = await given.customer();
    return anyone.post('/register', { username, password: '1234' });
  },
  'sku-taken': async () => {
    const taken = { name: 'Lamp', sku: 'TAKEN', price: 1, stock_quantity: 0 };
    await (await admin()).post('/products', taken);
    return (await admin()).post('/products', taken);
  },
  'last-admin': async () => {
    const { client, id } = await given.admin();
    return client.patch(`/users/${id}`, { is_active: false });
  },
  'insufficient-stock': async () => placeOneOf(await given.product(), 11),
  'product-inactive': async () => {
    const { id } = await given.product();
    await (await admin()).patch(`/products/${id}`, { is_active: false });
    return (await buyer()).post('/orders', oneOf(id));
  },
  'not-on-sale': async () => placeOneOf(await given.product({ sale_ends_at: '2026-01-31T12:00:00Z' })),
  'purchase-limit-exceeded': async () => placeOneOf(await given.product({ max_per_customer: 1 }), 2),
  'price-changed': async () =>
    (await buyer()).post('/orders', { ...oneOf((await given.product()).id), expected_total: 1 }),
  'invalid-transition': async () => {
    const customer = await given.customer();
    const { id } = await given.order(customer, { [(await given.product()).id]: 1 });
    await customer.client.patch(`/orders/${id}/cancel`);
    return customer.client.patch(`/orders/${id}/cancel`);
  },
  'precondition-failed': async () =>
    (await admin()).patch(
      `/products/${(await given.product()).id}`,
      { price: 1 },
      { headers: { 'if-match': '"0"' } },
    ),
  'payload-too-large': async () => (await buyer()).post('/orders', { items: 'x'.repeat(256 * 1024) }),
  'uri-too-long': () => anyone.get(`/products/${'1'.repeat(101)}`),
  'unsupported-media-type': async () =>
    (await buyer()).call('POST', '/orders', { body: '<order/>', headers: { 'content-type': 'text/xml' } }),
  'validation-failed': async () => (await buyer()).post('/orders', { items: [] }),
  'total-too-large': async () => {
    const { id } = await given.product({ price: 99_999_999.99, stock: 1_000_000 });
    return (await buyer()).post('/orders', oneOf(id, 1_000_000));
  },
  'idempotency-key-reused': async () => {
    const [client, { id }] = [await buyer(), await given.product()];
    const headers = { 'idempotency-key': 'once' };
    await client.post('/orders', oneOf(id, 1), { headers });
    return client.post('/orders', oneOf(id, 2), { headers });
  },
  'precondition-required': async () =>
    (await admin()).patch(`/products/${(await given.product()).id}`, { stock_quantity: 1 }),
  'too-many-attempts': async () => {
    const guess = () => anyone.post<ProblemBody>('/login', { username: 'guessed', password: 'wrong' });
    for (let tries = 0; tries < 10; tries += 1) await guess();
    return guess();
  },
  'header-fields-too-large': () => anyone.get('/products', { headers: { 'x-long': 'x'.repeat(17_000) } }),
  'too-many-registrations': () =>
    given.secondAnswer({ REGISTRATIONS_PER_ADDRESS: '1' }, (client) =>
      client.post<ProblemBody>('/register', { username: randomUUID(), password: PASSWORD }),
    ),
  'too-many-requests': () =>
    given.secondAnswer({ RATE_LIMIT_PER_MINUTE: '1' }, (client) => client.get<ProblemBody>('/products')),
  'internal-error': async () => {
    const client = await admin();
    await given.database.rows('ALTER TABLE stock_adjustments RENAME TO hidden');
    const answer = await client.get<ProblemBody>('/audit/stock');
    await given.database.rows('ALTER TABLE hidden RENAME TO stock_adjustments');
    return answer;
  },
  'service-unavailable': async () => {
    const [client, { id }] = [await buyer(), await given.product()];
    const held = await given.database.hold(id);
    const answer = await client.post<ProblemBody>('/orders', oneOf(id));
    await held.release();
    return answer;
  },
};

const JSON_TYPE = { 'content-type': 'application/json' };

// Guarantees one shape for every error of every route, with a page behind each kind.
describe('problems', () => {
  it.each(PROBLEM_CODES)('%s can be reached, and says what it is', async (code) => {
    const answer = await WAYS[code]();

    expect(answer.body).toMatchObject({ code, status: PROBLEMS[code].status, type: `/problems/${code}` });
    expect(answer.status).toBe(PROBLEMS[code].status);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(Object.keys(answer.body)).toEqual(
      expect.arrayContaining(['type', 'title', 'status', 'detail', 'code', 'request_id']),
    );
    expect(answer.headers.has('retry-after')).toBe([429, 503].includes(answer.status));
    expect(answer.headers.has('www-authenticate')).toBe(answer.status === 401);
    expect(answer.headers.has('allow')).toBe(answer.status === 405);
  });

  it.each(PROBLEM_CODES)('%s has a page at its type', async (code) => {
    const { status, headers, text } = await anyone.get(`/problems/${code}`);

    expect([status, headers.get('content-type')]).toEqual([200, expect.stringMatching(/^text\/html/)]);
    expect(text).toContain(code);
    expect(text).not.toContain('`');
  });

  it('lists all pages, and has none for anything else', async () => {
    const index = await anyone.get('/problems');
    for (const code of PROBLEM_CODES) expect(index.text).toContain(`/problems/${code}`);
    for (const other of ['nothing', 'constructor', '__proto__']) {
      expect((await anyone.get(`/problems/${other}`)).status).toBe(404);
    }
  });

  it('names the methods that the path takes', async () => {
    const { headers } = await anyone.call('PUT', '/products/1?x=1');
    expect(headers.get('allow')).toBe('GET, HEAD, PATCH');
  });

  it('is the shape of what the HTTP parser refuses, too', async () => {
    const withoutHost = await raw('GET /products HTTP/1.1\r\nconnection: close\r\n\r\n');
    const garbage = await raw('what is this\r\n\r\n');

    expect([withoutHost.body.code, garbage.body.code]).toEqual(['malformed-request', 'malformed-request']);
  });

  it('says nothing about the cause of a 5xx, which is in the log under the same request_id', async () => {
    const { body, headers } = await WAYS['internal-error']();
    const text = JSON.stringify(body);

    expect(text).not.toMatch(/stock_adjustments|relation|SELECT|\.js|node_modules/);
    expect(headers.get('x-request-id')).toBe(body.request_id);
    await given.service.says(
      new RegExp(`${body.request_id}.*42P01.*stock_adjustments|42P01.*stock_adjustments.*${body.request_id}`),
    );
  });

  it('never echoes values: not the password, not the token, not the path', async () => {
    const secret = 'S3cret-Value-Not-To-Be-Seen';
    const answers = await Promise.all([
      anyone.post('/register', { username: 'x', password: secret.repeat(10), role: secret }),
      anyone.post('/login', { username: secret, password: secret }),
      anyone.as(secret).get('/me'),
      anyone.get(`/${secret}`),
      anyone.get(`/products?page=${secret}`),
    ]);

    expect(answers.filter(({ status }) => status < 400)).toEqual([]);
    expect(answers.map(({ text }) => text).join()).not.toContain(secret);
    const isLogged = ({ headers }: Answer<unknown>) =>
      given.service.output.includes(headers.get('x-request-id') ?? '?');
    await until('all are in the log', () => Promise.resolve(answers.every(isLogged)));
    expect(given.service.output).not.toContain(secret);
  });
});

// Guarantees that what is wrong is told in the same order everywhere: who, may they, what, is it valid.
describe('the order of failures', () => {
  const broken = { body: '{', headers: JSON_TYPE };
  const wrongType = { body: 'x', headers: { 'content-type': 'text/plain' } };

  it.each([
    ['401 before 400', () => anyone, 'POST', '/orders', broken, 401],
    ['401 before 415', () => anyone, 'POST', '/products', wrongType, 401],
    ['401 before 422', () => anyone, 'GET', '/orders/zero', {}, 401],
    ['403 before 400', buyer, 'POST', '/products', broken, 403],
    ['403 before 422', buyer, 'PATCH', '/orders/zero/confirm', {}, 403],
    ['400 before 422', admin, 'PATCH', '/products/zero', broken, 400],
    ['415 before 422', admin, 'PATCH', '/products/zero', wrongType, 415],
    ['422 before 404', admin, 'PATCH', '/products/2000000000', { json: { price: -1 } }, 422],
    [
      '404 before 409',
      buyer,
      'POST',
      '/orders',
      { json: { items: [{ product_id: 2_000_000_000, quantity: 1 }], expected_total: 1 } },
      404,
    ],
  ] as const)('%s', async (_, who, method, path, options, status) => {
    const client = await who();
    expect((await client.call(method, path, options)).status).toBe(status);
  });
});

/** Sends bytes over a socket and reads the first answer once the service has closed it. */
async function raw(bytes: string): Problem {
  const connection = await Connection.open(given.service, bytes);
  const [{ status, headers, text }] = readAnswers(await connection.closed) as [Received];
  return { status, headers, body: JSON.parse(text) as ProblemBody };
}
