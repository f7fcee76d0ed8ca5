import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { ProblemBody, TokenBody } from './support/api-types.js';
import { ApiDocument, type Operation } from './support/api-document.js';
import { Connection } from './support/connection.js';
import { type Answer, Client } from './support/client.js';
import { ServiceProcess } from './support/service-process.js';
import { useWorld } from './support/world.js';

const given = useWorld();
const canary = (name: string) => `${name}-${randomBytes(12).toString('hex')}`;

/**
 * A valid body for each operation of the description, so that the extra field is its only fault.
 */
const VALID_BODIES: Record<string, object> = {
  'POST /register': { username: 'somebody', password: '1234' },
  'POST /login': { username: 'somebody', password: '1234' },
  'POST /refresh': { refresh_token: 'x' },
  'POST /logout': { refresh_token: 'x' },
  'POST /me/password': { current_password: 'x', new_password: '12345678' },
  'PATCH /users/{id}': { is_active: true },
  'POST /products': { name: 'Lamp', price: 1, stock_quantity: 1 },
  'PATCH /products/{id}': { name: 'Lamp' },
  'PATCH /orders/{id}/cancel': { reason: 'Ordered by mistake.' },
  'POST /webhooks': { url: 'https://shop.example/hooks' },
  'PATCH /webhooks/{id}': { is_active: true },
  'POST /webhooks/{id}/replay': { after: 0 },
  'POST /orders': { items: [{ product_id: 1, quantity: 1 }] },
};

const TEMPTING = [
  'id',
  'role',
  'is_admin',
  'is_active',
  'version',
  'customer_id',
  'status',
  'total_amount',
  'created_at',
  'x',
];

function operationsWithBody(): Operation[] {
  const { operations } = ApiDocument.read();
  return operations.filter(({ bodies }) => Object.keys(bodies).length > 0);
}

// Guarantees that nobody can set an internal field by naming it.
/** These ignore unknown fields (RFC 6749, 3.2); `oauth-clients.spec.ts` sends them. */
const OF_OAUTH = new Set(['POST /login', 'POST /refresh', 'POST /logout']);

describe('unknown fields', () => {
  it('are refused by every operation with a body, except those of OAuth 2', async () => {
    const { client } = await given.admin();
    const operations = operationsWithBody();

    expect(operations.map(({ name }) => name).filter((name) => !(name in VALID_BODIES))).toEqual([]);
    for (const { name, method, path } of operations.filter((one) => !OF_OAUTH.has(one.name))) {
      const body = VALID_BODIES[name] as Record<string, unknown>;
      for (const field of TEMPTING.filter((one) => !(one in body) && !isOwnField(name, one))) {
        const answer = await client.call<ProblemBody>(method, path.replace('{id}', '1'), {
          json: { ...body, [field]: 1 },
        });
        const fault = answer.body.errors?.find(({ pointer }) => pointer === `/${field}`);
        expect({ name, field, status: answer.status, fault: fault?.code }).toEqual({
          name,
          field,
          status: 422,
          fault: 'unknown-field',
        });
      }
    }
  });

  it('are refused inside lists, too', async () => {
    const { client } = await given.customer();
    const answer = await client.post<ProblemBody>('/orders', {
      items: [{ product_id: 1, quantity: 1, price_at_purchase: 0 }],
    });
    expect(answer.body.errors).toMatchObject([
      { pointer: '/items/0/price_at_purchase', code: 'unknown-field' },
    ]);
  });
});

/** Fields that an operation really has, so they are not unknown. */
function isOwnField(operation: string, field: string): boolean {
  return (
    (operation === 'PATCH /users/{id}' && field === 'role') ||
    (operation === 'POST /register' && field === 'role') ||
    (operation === 'PATCH /products/{id}' && field === 'is_active')
  );
}

/** Text that may never appear in a response or a log line. */
const TELLTALE =
  /\$argon2|"?password_?hash|\bSELECT\b.*\bFROM\b|INSERT INTO|UPDATE "?\w+"? SET|node_modules|\bat \S+ \(|\/dist\/|\.js:\d/i;

// Guarantees that a whole run with faults and attacks reveals
// no secret, even at the most verbose log level.
describe('secrets', () => {
  it('are in no answer and in no log line', async () => {
    const run = await SecretRun.start();
    await run.signInAndFail();
    await run.order();
    await run.breakThings();
    const { answers, service, secrets } = await run.end();

    expect(answers.length).toBeGreaterThan(20);
    expect(answers.some(({ status }) => status === 500)).toBe(true);
    const said = answers.map(({ text, headers }) => `${text}${JSON.stringify([...headers])}`).join('\n');
    expect(secrets.filter((secret) => service.output.includes(secret))).toEqual([]);
    expect(secrets.filter((secret) => said.includes(secret))).toEqual([]);
    expect(answers.filter(({ text }) => TELLTALE.test(text)).map(({ text }) => text)).toEqual([]);
    // The log has stack traces for operators. They may name
    // places in the code, but no statement or parameter.
    const lines = service.output.split('\n').map((line) => line.replace(/"stack":"(?:[^"\\]|\\.)*"/, ''));
    expect(lines.filter((line) => TELLTALE.test(line))).toEqual([]);
  });
});

/** A service at LOG_LEVEL=trace, used in every way that handles a secret; each secret is searchable text. */
class SecretRun {
  readonly secrets: string[] = [];
  readonly answers: Answer<unknown>[] = [];
  private readonly client: Client;
  private readonly name = canary('user');
  private readonly password = this.secret('password');
  private token = '';

  private constructor(
    readonly service: ServiceProcess,
    secrets: readonly string[],
  ) {
    this.secrets.push(...secrets);
    this.client = new Client(() => service.url);
  }

  static async start(): Promise<SecretRun> {
    const [jwtSecret, adminPassword] = [canary('jwt-secret'), canary('admin-password')];
    const service = await ServiceProcess.start({
      DATABASE_URL: given.database.url,
      JWT_SECRET: jwtSecret,
      ADMIN_USERNAME: 'boss',
      ADMIN_PASSWORD: adminPassword,
      LOG_LEVEL: 'trace',
    });
    const run = new SecretRun(service, [jwtSecret, adminPassword]);
    const { password } = new URL(given.database.url);
    if (password !== '') run.secrets.push(decodeURIComponent(password));
    return run;
  }

  async signInAndFail(): Promise<void> {
    const { name: username, password } = this;
    await this.send('POST', '/register', { username, password });
    await this.send('POST', '/register', { username, password: this.secret('second') });
    await this.send('POST', '/register', {
      username: 'x',
      password: this.secret('short'),
      role: this.secret('role'),
    });
    await this.send('POST', '/login', { username, password: this.secret('wrong') });
    await this.send('POST', '/login', { username: this.secret('name'), password: this.secret('nobody') });
    await this.send('POST', '/login', { username: 'x', password: this.secret('a').repeat(9) });
    const login = await this.client.post<TokenBody>('/login', { username, password });
    this.token = login.body.access_token;
    this.secrets.push(this.token, this.token.split('.')[2] as string);
    await this.send('GET', '/me');
    await this.send('GET', `/me?token=${this.secret('query')}`);
    await this.send('GET', `/orders?cursor=${this.secret('cursor')}`);
    await this.send('GET', `/${this.secret('path')}`);
    await this.send('GET', '/me', undefined, { authorization: `Bearer ${this.secret('token')}` });
    await this.send('GET', '/me', undefined, {
      cookie: this.secret('cookie'),
      'x-request-id': `${this.secret('id')} x`,
    });
  }

  async order(): Promise<void> {
    const lamp = await given.product();
    const items = [{ product_id: lamp.id, quantity: 1 }];
    const key = { 'idempotency-key': this.secret('key') };
    await this.send('POST', '/orders', { items }, key);
    await this.send('POST', '/orders', { items: [{ ...items[0], quantity: 2 }] }, key);
    await this.send('POST', '/orders', { items, [this.secret('field').slice(0, 5)]: this.secret('value') });
    await this.send('POST', '/orders', `{"items":"${this.secret('broken')}`);
    await this.send('POST', '/products', { name: this.secret('name') });
    await this.send('GET', '/orders');
  }

  /** Database errors, whose messages quote values; incomplete requests; bytes that are not HTTP. */
  async breakThings(): Promise<void> {
    const user = { username: canary('late'), password: this.secret('late') };
    await given.database.rows('ALTER TABLE users RENAME TO hidden');
    await this.send('POST', '/register', user);
    await this.send('POST', '/login', user);
    await given.database.rows('ALTER TABLE hidden RENAME TO users');
    await given.database.rows(`ALTER TABLE users ADD CONSTRAINT ck_late CHECK (username NOT LIKE 'late%')`);
    await this.send('POST', '/register', user);
    await given.database.rows('ALTER TABLE users DROP CONSTRAINT ck_late');
    await given.database.cutConnections();
    await this.send('POST', '/login', user);
    await this.send('GET', '/health/ready');
    const half = await Connection.open(this.service, `POST /login HTTP/1.1\r\nx: ${this.secret('half')}`);
    half.socket.destroy();
    await (
      await Connection.open(this.service, `${this.secret('garbage')}\r\n\r\n`)
    ).closed;
  }

  async end(): Promise<this> {
    await this.service.stop();
    return this;
  }

  private secret(name: string): string {
    const secret = canary(name);
    this.secrets.push(secret);
    return secret;
  }

  private async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<void> {
    const own = {
      ...(this.token === '' ? {} : { authorization: `Bearer ${this.token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const options = { headers: { ...own, ...headers }, ...(body === undefined ? {} : { body: text }) };
    this.answers.push(await this.client.call(method, path, options));
  }
}
