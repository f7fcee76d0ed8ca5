import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Connection } from './support/connection.js';
import { useWorld } from './support/world.js';

const given = useWorld();
const production = useWorld({ NODE_ENV: 'production', ADMIN_SIGNUP: 'first' });

const EVERYWHERE = {
  'content-security-policy':
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

const POLICY_OF_PAGE = /^default-src 'none'; script-src 'self'; style-src 'self' ('sha256-\S+' ?)+; /;

const sent = (headers: Headers) =>
  Object.fromEntries(Object.keys(EVERYWHERE).map((name) => [name, headers.get(name)]));

// Guarantees that browsers are told to trust nothing they need not trust, on every answer of any kind.
describe('the headers of every answer', () => {
  it.each([
    ['a list', 'GET', '/products', {}],
    ['a refusal', 'GET', '/orders', {}],
    ['an unknown route', 'GET', '/nowhere', {}],
    ['a wrong method', 'DELETE', '/products', {}],
    ['a malformed URL', 'GET', '/products/%zz', {}],
    ['malformed JSON', 'POST', '/register', { body: '{', headers: { 'content-type': 'application/json' } }],
    ['the description', 'GET', '/openapi.json', {}],
    ['a page about a problem', 'GET', '/problems/not-found', {}],
    ['a file of the documentation', 'GET', '/docs/swagger-ui.css', {}],
    ['the health', 'GET', '/health/ready', {}],
  ] as const)('are on %s', async (_name, method, path, options) => {
    const { headers } = await given.anyone.call(method, path, options);

    expect(sent(headers)).toEqual(EVERYWHERE);
    expect(headers.has('strict-transport-security')).toBe(false);
    for (const banner of ['server', 'x-powered-by', 'via']) expect(headers.has(banner)).toBe(false);
  });

  it.each([
    ['no HTTP', 'what is this\r\n\r\n'],
    ['headers that are too large', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(17_000)}\r\n\r\n`],
  ])('are on what the HTTP parser answers to %s', async (_name, bytes) => {
    const connection = await Connection.open(given.service, bytes);
    const text = await connection.closed;
    for (const [name, value] of Object.entries(EVERYWHERE)) expect(text).toContain(`${name}: ${value}\r\n`);
  });

  it('ask for TLS in production, for a year and on subdomains too', async () => {
    for (const path of ['/products', '/nowhere', '/docs']) {
      const { headers } = await production.anyone.get(path);
      expect(headers.get('strict-transport-security')).toBe('max-age=31536000; includeSubDomains');
    }
  });
});

// Guarantees that Swagger UI can work, and that nothing but Swagger UI can run on its page.
describe('the policy of /docs', () => {
  it.each(['/docs', '/docs/', '/docs/index.html'])('is tight on %s', async (path) => {
    const page = await given.anyone.get(path);
    const policy = page.headers.get('content-security-policy') ?? '';

    expect(policy).toMatch(POLICY_OF_PAGE);
    expect(policy).not.toMatch(/unsafe-inline|unsafe-eval|\*|https?:/);
    expect(policy).toMatch(/frame-ancestors 'none'/);
  });

  it('names the hash of every style in the page, and the page has no script of its own', async () => {
    const page = await given.anyone.get('/docs');
    const policy = page.headers.get('content-security-policy') ?? '';
    const styles = [...page.text.matchAll(/<style>([^]*?)<\/style>/g)].map(([, text]) => text as string);

    expect(styles.length).toBeGreaterThan(0);
    for (const style of styles) {
      expect(policy).toContain(createHash('sha256').update(style).digest('base64'));
    }
    expect(page.text).not.toMatch(/<script>|<script [^>]*>\s*\S+\s*<\/script>| on\w+="/);
  });
});

// Guarantees that no cache, of a browser or on the way, keeps what belongs to one person.
describe('what is personal', () => {
  it('is never stored: tokens, people, orders, the audit, and every refusal', async () => {
    const customer = await given.customer();
    const lamp = await given.product();
    const order = await given.order(customer, { [lamp.id]: 1 });
    const credentials = { username: customer.username, password: 'correct horse' };
    const newcomer = { username: 'newcomer', password: '1234' };

    const answers = await Promise.all([
      given.anyone.post('/login', credentials),
      given.anyone.post('/register', newcomer),
      customer.client.get('/me'),
      customer.client.get('/orders'),
      customer.client.get(`/orders/${order.id}`),
      customer.client.patch(`/orders/${order.id}/cancel`),
      (await given.admin()).client.get('/audit/stock'),
      (await given.admin()).client.get('/products?include_inactive=true'),
      customer.client.get('/audit/stock'),
      given.anyone.get('/orders'),
    ]);

    expect(answers.map(({ status }) => status)).toEqual([200, 201, 200, 200, 200, 200, 200, 200, 403, 401]);
    expect(new Set(answers.map(({ headers }) => headers.get('cache-control')))).toEqual(
      new Set(['no-store']),
    );
  });
});
