import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SERVICE_GRANTS } from '../src/database/service-grants.js';
import type { AccountBody, ListBody, OrderBody, ProblemBody, TokenBody } from './support/api-types.js';
import type { Answer } from './support/client.js';
import { runCommand } from './support/command.js';
import { until } from './support/database.js';
import { createRestrictedDatabase, type RestrictedDatabase } from './support/restricted-database.js';
import { ServiceProcess } from './support/service-process.js';
import { PASSWORD, World } from './support/world.js';

let restricted: RestrictedDatabase;
let given: World;

beforeAll(async () => {
  restricted = await createRestrictedDatabase();
  given = new World({ ...restricted.variables, WORKERS: '2' });
  given.database = restricted.database;
  await given.startService();
});
afterAll(async () => {
  await given.service.stop();
  await restricted.drop();
});

const statusOf = async (answer: Promise<Answer<unknown>>) => (await answer).status;

/** The SQLSTATE with which the database refuses the service's role, if it does. */
const refusal = (sql: string): Promise<string | undefined> =>
  restricted.asService.rows(sql).then(
    () => undefined,
    (error: { code: string }) => error.code,
  );

const ownerOf = ({ variables }: RestrictedDatabase) => new URL(variables.MIGRATION_DATABASE_URL).username;

const INSUFFICIENT_PRIVILEGE = '42501';

// Guarantees that the service has only the database rights that
// it uses, so an attacker inside it cannot do more.
describe('a service whose role owns nothing', () => {
  it('can do everything that the API offers', async () => {
    const [admin, buyer, other] = [await given.admin(), await given.customer(), await given.customer()];
    const lamp = await given.product({ stock: 5 });
    const order = await given.order(buyer, { [lamp.id]: 2 });
    const kept = await given.order(buyer, { [lamp.id]: 1 });
    const { body: tokens } = await given.anyone.post<TokenBody>('/login', {
      username: buyer.username,
      password: PASSWORD,
    });
    const changed = { current_password: PASSWORD, new_password: 'a horse that is correct' };
    const product = {
      ...{ sku: 'LAMP-2', name: 'Lamp, tall', price: 12, is_active: true, max_per_customer: 9 },
      ...{ sale_starts_at: '2026-01-01T00:00:00Z', sale_ends_at: '2999-01-01T00:00:00Z' },
      ...{ stock_delta: 3, reference: 'DN-1', reason: 'Delivery.' },
    };
    const refreshed = await given.anyone.post<TokenBody>('/refresh', { refresh_token: tokens.refresh_token });

    expect([
      refreshed.status,
      await statusOf(given.anyone.post('/logout', { refresh_token: refreshed.body.refresh_token })),
      await statusOf(given.anyone.post('/register', { username: 'newcomer', password: PASSWORD })),
      await statusOf(given.anyone.post('/login', { username: buyer.username, password: 'wrong' })),
      await statusOf(other.client.post('/me/password', changed)),
      await statusOf(admin.client.patch(`/users/${other.id}`, { is_active: false })),
      await statusOf(admin.client.get<ListBody<AccountBody>>('/users')),
      await statusOf(admin.client.patch(`/products/${lamp.id}`, product)),
      await statusOf(given.anyone.get('/products')),
      await statusOf(given.anyone.get(`/products/${lamp.id}`)),
      await statusOf(admin.client.patch<OrderBody>(`/orders/${order.id}/confirm`)),
      await statusOf(buyer.client.patch<OrderBody>(`/orders/${order.id}/cancel`)),
      await statusOf(buyer.client.get(`/orders/${kept.id}`)),
      await statusOf(admin.client.get('/orders?status=PENDING')),
      await statusOf(buyer.client.get<ProblemBody>('/health/ready')),
    ]).toEqual([200, 204, 201, 401, 204, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200]);
    expect((await admin.client.get<{ balanced: boolean }>('/audit/stock')).body.balanced).toBe(true);
    expect(await given.database.stockOf(lamp)).toBe(5 - 1 + 3);
  });

  it('starts, seeds and audits on a migrated database', async () => {
    const { DATABASE_URL } = restricted.variables;

    const second = await ServiceProcess.start({ DATABASE_URL });
    const seeded = await runCommand('seed', { variables: { DATABASE_URL } });
    const audited = JSON.parse(await runCommand('audit', { variables: { DATABASE_URL } })) as object;

    expect((await second.stop()).code).toBe(0);
    expect(seeded).toMatch(/^added Desk lamp/);
    expect(audited).toMatchObject({ balanced: true });
  });

  it('hides the owner’s credentials from the processes that answer requests', async () => {
    await until('both have answered', async () => {
      await Promise.all([1, 2, 3, 4].map(() => given.anyone.get('/products')));
      return given.service.answering.length === 2;
    });
    const environments = [given.service.pid, ...given.service.answering].map((pid) =>
      readFileSync(`/proc/${pid}/environ`, 'utf8'),
    );

    expect(environments.map((text) => text.includes(ownerOf(restricted)))).toEqual([true, false, false]);
  });

  it.each([
    ['drop a table', 'DROP TABLE orders'],
    ['empty a table', 'TRUNCATE orders CASCADE'],
    ['alter a table', 'ALTER TABLE products DROP CONSTRAINT ck_products_stock_nonnegative'],
    ['drop an index', 'DROP INDEX ix_orders_created_at_id'],
    ['create a table', 'CREATE TABLE mine (id integer)'],
    ['create a temporary table', 'CREATE TEMPORARY TABLE mine (id integer)'],
    ['create a function', `CREATE FUNCTION mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'`],
    ['create a role', 'CREATE ROLE mine'],
    ['read the passwords of roles', 'SELECT * FROM pg_authid'],
    ['read a file of the server', `SELECT pg_read_file('/etc/passwd')`],
    ['run a program on the server', `COPY users TO PROGRAM 'cat'`],
    ['delete orders', 'DELETE FROM orders'],
    ['delete lines', 'DELETE FROM order_items'],
    ['rewrite a line', 'UPDATE order_items SET quantity = 1'],
    ['rewrite a price that was paid', 'UPDATE order_items SET price_minor = 1'],
    ['rewrite a total', 'UPDATE orders SET total_minor = 0'],
    ['give an order to somebody else', 'UPDATE orders SET customer_id = 1'],
    ['rewrite an idempotency key', `UPDATE orders SET placement_key = 'k'`],
    ['rewrite a stock adjustment', 'UPDATE stock_adjustments SET quantity = 1'],
    ['delete a stock adjustment', 'DELETE FROM stock_adjustments'],
    ['delete products', 'DELETE FROM products'],
    ['delete users', 'DELETE FROM users'],
    ['rename a user', `UPDATE users SET username = 'x'`],
    ['give a session to somebody else', 'UPDATE sessions SET user_id = 1'],
    ['pretend that a migration has run', `INSERT INTO migrations (timestamp, name) VALUES (1, 'x')`],
    ['become the owner', 'SET ROLE OWNER_ROLE'],
  ])('cannot %s', async (_, sql) => {
    expect(await refusal(sql.replace('OWNER_ROLE', ownerOf(restricted)))).toBe(INSUFFICIENT_PRIVILEGE);
  });

  it('has an entry in SERVICE_GRANTS for every table of the schema', async () => {
    const tables = await restricted.database.rows<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
    );
    const names = tables.map(({ name }) => name);

    const forgotten = names.filter((name) => !(name in SERVICE_GRANTS));
    expect(forgotten.map((name) => `${name} needs its line in src/database/service-grants.ts`)).toEqual([]);
    expect(Object.keys(SERVICE_GRANTS).sort()).toEqual(names.sort());
  });

  it('has exactly the rights that are listed', async () => {
    const rights = await restricted.database.rows<{ name: string; rights: string }>(
      `SELECT table_name AS name, string_agg(privilege_type, ' ' ORDER BY privilege_type) AS rights
         FROM information_schema.table_privileges WHERE grantee = $1 GROUP BY 1`,
      [new URL(restricted.variables.DATABASE_URL).username],
    );

    const listed = Object.entries(SERVICE_GRANTS).map(([name, grants]) => {
      const onTable = grants.filter((right) => !right.includes('('));
      return [name, onTable.sort().join(' ')];
    });
    expect(Object.fromEntries(rights.map(({ name, rights }) => [name, rights]))).toEqual(
      Object.fromEntries(listed),
    );
  });

  it('loses a right that was granted by hand at the next run of the migrations', async () => {
    const role = new URL(restricted.variables.DATABASE_URL).username;
    await restricted.database.rows(`GRANT DELETE, UPDATE (total_minor) ON orders TO ${role}`);
    expect(await refusal('UPDATE orders SET total_minor = total_minor')).toBeUndefined();

    const said = await runCommand('migrate', { args: ['run'], variables: restricted.variables });

    expect(said).toBe('nothing to run\n');
    expect(await refusal('UPDATE orders SET total_minor = total_minor')).toBe(INSUFFICIENT_PRIVILEGE);
    expect(await refusal('DELETE FROM orders')).toBe(INSUFFICIENT_PRIVILEGE);
  });

  it('says what to do if it has to migrate but may not', async () => {
    await runCommand('migrate', { args: ['revert'], variables: restricted.variables });

    const service = ServiceProcess.launch({ DATABASE_URL: restricted.variables.DATABASE_URL });

    expect((await service.exited).code).toBe(1);
    expect(service.output).toMatch(/its role in the database may not do that .*MIGRATION_DATABASE_URL/);
    await runCommand('migrate', { args: ['run'], variables: restricted.variables });
    expect((await given.anyone.get('/health/ready')).status).toBe(200);
  });
});
