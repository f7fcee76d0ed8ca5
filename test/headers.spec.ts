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

const POLICY_OF_PAGE = /^default-src 'none'; script-src 'self'; style-src 'self'; /;

const sent = (headers: Headers) =>
  Object.fromEntries(Object.keys(EVERYWHERE).map((name) => [name, headers.get(name)]));

// Guarantees that every response tells browsers to trust no more than necessary.
describe('the security headers', () => {
  it.each([
    ['a list', 'GET', '/products', {}],
    ['a refusal', 'GET', '/orders', {}],
    ['an unknown route', 'GET', '/nowhere', {}],
    ['a wrong method', 'DELETE', '/products', {}],
    ['a malformed URL', 'GET', '/products/%zz', {}],
    ['malformed JSON', 'POST', '/register', { body: '{', headers: { 'content-type': 'application/json' } }],
    ['the API description', 'GET', '/openapi.json', {}],
    ['a page about a problem', 'GET', '/problems/not-found', {}],
    ['a file of the documentation', 'GET', '/docs/swagger-ui.css', {}],
    ['a health check', 'GET', '/health/ready', {}],
  ] as const)('are on %s', async (_name, method, path, options) => {
    const { headers } = await given.anyone.call(method, path, options);

    expect(sent(headers)).toEqual(EVERYWHERE);
    expect(headers.has('strict-transport-security')).toBe(false);
    for (const banner of ['server', 'x-powered-by', 'via']) expect(headers.has(banner)).toBe(false);
  });

  it.each([
    ['bytes that are not HTTP', 'what is this\r\n\r\n'],
    ['headers that are too large', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(17_000)}\r\n\r\n`],
  ])('are on the HTTP parser’s answer to %s', async (_name, bytes) => {
    const connection = await Connection.open(given.service, bytes);
    const text = await connection.closed;
    for (const [name, value] of Object.entries(EVERYWHERE)) expect(text).toContain(`${name}: ${value}\r\n`);
  });

  it('require TLS in production, for a year and on subdomains too', async () => {
    for (const path of ['/products', '/nowhere', '/docs']) {
      const { headers } = await production.anyone.get(path);
      expect(headers.get('strict-transport-security')).toBe('max-age=31536000; includeSubDomains');
    }
  });
});

// Guarantees that Swagger UI works, and that nothing else can run on its page.
describe('the policy of /docs', () => {
  it.each(['/docs', '/docs/', '/docs/index.html'])('is strict on %s', async (path) => {
    const page = await given.anyone.get(path);
    const policy = page.headers.get('content-security-policy') ?? '';

    expect(policy).toMatch(POLICY_OF_PAGE);
    expect(policy).not.toMatch(/unsafe-inline|unsafe-eval|\*|https?:/);
    expect(policy).toMatch(/frame-ancestors 'none'/);
  });

  it('fits a page without inline styles and scripts', async () => {
    const page = await given.anyone.get('/docs');

    expect(page.text).not.toMatch(/<style|<script>|<script [^>]*>\s*\S+\s*<\/script>| (on\w+|style)="/);
  });
});

// Guarantees that opening Swagger UI again transfers nothing,
// and that nobody can keep the processor busy with it.
describe.each([
  '/docs',
  '/docs/swagger-ui-bundle.js',
  '/docs/swagger-ui.css',
  '/openapi.json',
  '/openapi.yaml',
])('%s', (path) => {
  const ask = (headers: Record<string, string>) => fetch(given.service.url + path, { headers });

  it('is compressed for clients that accept gzip, with the same content as for others', async () => {
    const compressed = await ask({ 'accept-encoding': 'br;q=1.0, gzip;q=0.8' });
    const plain = await ask({ 'accept-encoding': 'gzip;q=0, br' });
    const sizes = [compressed, plain].map(({ headers }) => Number(headers.get('content-length')));

    expect(compressed.headers.get('content-encoding')).toBe('gzip');
    expect(plain.headers.has('content-encoding')).toBe(false);
    expect(compressed.headers.get('vary')).toBe('Accept-Encoding');
    expect(sizes[0]).toBeLessThan((sizes[1] as number) * 0.6);
    expect(await compressed.text()).toBe(await plain.text());
  });

  it.each(['gzip', 'identity'])(
    'is not sent again to a client that has it, encoded as %s',
    async (coding) => {
      const first = await ask({ 'accept-encoding': coding });
      const tag = first.headers.get('etag') ?? '';
      // By itself, fetch would ask for a fresh copy.
      const again = { 'accept-encoding': coding, 'cache-control': 'max-age=0' };
      const second = await ask({ ...again, 'if-none-match': `"x", W/${tag}` });

      expect(first.headers.get('cache-control')).toBe('no-cache');
      expect([second.status, second.headers.get('etag'), await second.text()]).toEqual([304, tag, '']);
      expect((await ask({ ...again, 'if-none-match': '"x"' })).status).toBe(200);
    },
  );
});

// Guarantees that no cache, in a browser or on the way, keeps personal data.
describe('personal data', () => {
  it('is never cached: tokens, users, orders, the audit and every refusal', async () => {
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
