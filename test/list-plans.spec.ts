import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import type { ActiveUserCache } from '../src/auth/sessions/active-user.cache.js';
import { UserAdministration } from '../src/auth/user.administration.js';
import type { Page } from '../src/pagination/paginate.js';
import { DatabaseReader } from '../src/database/database.reader.js';
import { dataSourceOptions } from '../src/database/data-source.js';
import type { TransactionRunner } from '../src/database/transaction.runner.js';
import { OrderReader } from '../src/orders/order.reader.js';
import { ProductReader } from '../src/products/product.reader.js';
import { TestDatabase } from './support/database.js';
import { seedLargeTables } from './support/large-tables.js';
import { type PlanNode, plansOf } from './support/query-plans.js';

/** The rows that one page may read: the exact count, a full filter, and the deepest numbered page. */
const ROWS_MAX = 6_000;
const DEEP_ROWS_MAX = 12_000;

const person = { username: 'somebody', createdAt: new Date(), sessionId: '' };
const ADMIN = { ...person, id: 1, role: 'admin' } as const;
const CUSTOMER = { ...person, id: 2, role: 'customer' } as const;

const WHEN = { created_from: '2026-01-02T00:00:00Z', created_to: '2026-02-01T00:00:00Z' };
const ORDER_FILTERS = [
  {},
  WHEN,
  { customer_id: 2 },
  { customer_id: 4_000 },
  { customer_id: 2, ...WHEN },
  { status: 'CONFIRMED' },
  { status: 'PENDING' },
  { status: 'PENDING', ...WHEN },
  { customer_id: 2, status: 'CONFIRMED' },
  { customer_id: 2, status: 'PENDING', ...WHEN },
  { product_id: 1 },
  { product_id: 1, ...WHEN },
  { product_id: 5_000 },
  { product_id: 1, status: 'PENDING' },
  { product_id: 1, status: 'CONFIRMED', ...WHEN },
  { product_id: 1, customer_id: 2 },
  { product_id: 5_000, customer_id: 2 },
  { product_id: 1, customer_id: 2, status: 'CONFIRMED', ...WHEN },
  { reference: 'common' },
  { reference: 'common', ...WHEN },
  { reference: 'common', customer_id: 2 },
  { reference: 'common', customer_id: 4_000 },
  { reference: 'common', customer_id: 4_000, status: 'PENDING' },
  { reference: 'common', product_id: 1, status: 'CONFIRMED' },
  { reference: 'order 77' },
] as const;

/** Records the statements of the readers, so that they can be explained. */
class RecordingReader extends DatabaseReader {
  sent: { text: string; values: readonly unknown[] }[] = [];

  override rows<Row extends object>(text: string, values: readonly unknown[]): Promise<Row[]> {
    this.sent.push({ text, values: [...values] });
    return super.rows(text, values);
  }
}

let database: TestDatabase;
let dataSource: DataSource;
let reader: RecordingReader;

beforeAll(async () => {
  database = await TestDatabase.create();
  await seedLargeTables(database);
  dataSource = await new DataSource(dataSourceOptions(database.url, 2)).initialize();
  reader = new RecordingReader(dataSource);
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

// Guarantees that the number of rows a read touches does not grow with its table.
describe('a read of large tables', () => {
  it.each(ORDER_FILTERS)('scans an index for orders filtered by %j', async (filters) => {
    const orders = new OrderReader(reader);
    await expectBounded((page) => orders.list({ ...filters, ...page }, ADMIN));
  });

  it('scans an index for a customer’s own orders', async () => {
    const orders = new OrderReader(reader);
    await expectBounded((page) => orders.list(page, CUSTOMER));
  });

  it.each([false, true])('scans an index for products, with inactive ones: %p', async (include_inactive) => {
    const products = new ProductReader(reader);
    await expectBounded((page) => products.list({ include_inactive, ...page }, ADMIN));
  });

  it('scans an index for users', async () => {
    const users = new UserAdministration(reader, {} as TransactionRunner, {} as ActiveUserCache);
    await expectBounded((page) => users.list(page));
  });

  it('counts a list that is too long for an exact total once, not once per page', async () => {
    const orders = new OrderReader(reader);
    const filters = { created_from: '2026-01-03T00:00:00Z' };
    const first = await orders.list({ ...filters, limit: 10 }, ADMIN);
    reader.sent = [];
    const second = await orders.list({ ...filters, limit: 10, page: 2 }, ADMIN);

    expect(second).toMatchObject({ total: first.total, totalIsExact: false });
    for (const statement of reader.sent) await expectPlans(statement, 100);
  });

  it.each([{ ids: '10001,10002,10003' }, { sku: 'sku 10001' }])(
    'finds the products with %j by a separate index',
    async (filter) => {
      const products = new ProductReader(reader);
      await expectBounded((page) => products.list({ include_inactive: false, ...filter, ...page }), 100);
    },
  );

  it('finds single orders and products by id', async () => {
    const [orders, products] = [new OrderReader(reader), new ProductReader(reader)];
    reader.sent = [];
    await orders.get(2, ADMIN);
    await orders.get(2, CUSTOMER);
    await products.get(7, ADMIN);
    await products.get(7);
    expect(reader.sent).toHaveLength(4);
    for (const statement of reader.sent) await expectPlans(statement, 10);
  });

  it('finds a single row by its index in a small table, too, however many reads share the statement', async () => {
    await database.rows('CREATE TABLE shelves AS SELECT id FROM generate_series(1::bigint, 2000) AS id');
    await database.rows('ALTER TABLE shelves ADD PRIMARY KEY (id)');
    await database.rows('ANALYZE shelves');
    reader.sent = [];

    await Promise.all([7, 8].map((id) => reader.row('SELECT id FROM shelves WHERE id = $1::bigint', [id])));

    expect(reader.sent).toHaveLength(1);
    for (const statement of reader.sent) await expectPlans(statement, 10);
  });
});

type Numbers = { readonly limit: number; readonly page?: number; readonly cursor?: string };

/** The first page, the deepest numbered page, and one after a cursor. */
async function expectBounded(list: (page: Numbers) => Promise<Page>, rowsMax = ROWS_MAX): Promise<void> {
  reader.sent = [];
  const { nextCursor } = await list({ limit: 10 });
  await list({ limit: 10, page: 1_000 });
  if (nextCursor !== null) await list({ limit: 10, cursor: nextCursor });
  const [first, deep, behind] = reader.sent;
  for (const statement of [first, behind]) if (statement) await expectPlans(statement, rowsMax);
  if (deep) await expectPlans(deep, DEEP_ROWS_MAX);
  expect(reader.sent.length).toBe(nextCursor === null ? 2 : 3);
}

/** Both plans that PostgreSQL may use: for these values and for any values. */
async function expectPlans(
  statement: { text: string; values: readonly unknown[] },
  rowsMax: number,
): Promise<void> {
  for (const nodes of await plansOf(database, statement)) {
    const scans = nodes.filter((node) => node['Relation Name'] !== undefined);
    expect(scans.filter(isSequential).map((node) => node['Relation Name'])).toEqual([]);
    const looked = scans.reduce((sum, node) => sum + rowsOf(node), 0);
    expect(looked).toBeLessThanOrEqual(rowsMax);
  }
}

const isSequential = (node: PlanNode) => node['Node Type'] === 'Seq Scan';

/** The rows returned and the rows filtered out, over all loops. */
const rowsOf = (node: PlanNode) =>
  (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'];
