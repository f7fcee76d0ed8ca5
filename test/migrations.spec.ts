import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { commandDataSource } from '../src/database/data-source.js';
import { revertLastMigration } from '../src/database/migrator.js';
import { runCommand } from './support/command.js';
import { TestDatabase, until } from './support/database.js';
import { allEntities } from './support/entities.js';

const MIGRATIONS = [
  'InitialSchema1764000000000',
  'Sessions1764100000000',
  'OrderHistory1764200000000',
  'ListOrder1764300000000',
  'LargeIds1764400000000',
  'WriteKeys1764420000000',
  'Holds1764500000000',
  'Drops1764510000000',
  'Events1764600000000',
  'PurchasesWithoutKeys1764610000000',
  'References1764620000000',
  'Webhooks1764700000000',
];

let database: TestDatabase;

/** Runs the first command as a person would, and the others without a process for each. */
async function revert(count: number): Promise<void> {
  await migrate('revert');
  for (let left = count - 1; left > 0; left -= 1) await revertLastMigration(database.url);
}

/** `npm run migration:…` */
const migrate = (command: string) =>
  runCommand('migrate', { args: [command], variables: { DATABASE_URL: database.url } });

function tables(): Promise<{ name: string }[]> {
  return database.rows(
    `SELECT table_name AS name FROM information_schema.tables
      WHERE table_schema = 'public' AND table_name <> 'migrations' ORDER BY 1`,
  );
}

function shape(): Promise<object[]> {
  return database.rows(
    `SELECT table_name, column_name, data_type, is_nullable, column_default, character_maximum_length
       FROM information_schema.columns WHERE table_schema = 'public' ORDER BY table_name, ordinal_position`,
  );
}

beforeAll(async () => {
  database = await TestDatabase.create();
});
afterAll(() => database.drop());

// Guarantees that the schema matches the entities, and that migrations can be reverted.
describe('migrations', () => {
  it('leave nothing for TypeORM to change: entities and schema agree', async () => {
    const dataSource = await commandDataSource(database.url, await allEntities()).initialize();
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    await dataSource.destroy();

    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });

  it('name every constraint and index by the naming rules', async () => {
    const names = await database.rows<{ name: string }>(
      `SELECT conname AS name FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
        WHERE connamespace = 'public'::regnamespace AND relname <> 'migrations' AND contype <> 'n'
        UNION SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'migrations'`,
    );

    expect(names.length).toBeGreaterThan(20);
    expect(names.map(({ name }) => name).filter((name) => !/^(pk|uq|fk|ck|ix)_[a-z_]+$/.test(name))).toEqual(
      [],
    );
  });

  it('can be reverted completely and run again to the same schema', async () => {
    const before = await shape();

    const shown = await migrate('show');
    await revert(MIGRATIONS.length);
    const reverted = await tables();
    const hidden = await migrate('show');
    await migrate('run');

    expect(shown).toBe(MIGRATIONS.map((name) => `[x] ${name}\n`).join(''));
    expect(hidden).toBe(MIGRATIONS.map((name) => `[ ] ${name}\n`).join(''));
    expect(reverted).toEqual([]);
    expect(await shape()).toEqual(before);
  });

  it('leave no lock behind, even on a connection that a pooler keeps', async () => {
    await migrate('run');

    const locks = () =>
      database.value<number>(
        `SELECT count(*)::integer FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
          WHERE locktype = 'advisory' AND datname = current_database()`,
      );
    await until('the lock is gone', async () => (await locks()) === 0);
  });

  it('run only once if five processes start at the same time', async () => {
    await revert(MIGRATIONS.length);

    const outputs = await Promise.all([1, 2, 3, 4, 5].map(() => migrate('run')));

    expect(outputs.filter((output) => output.includes('ran InitialSchema'))).toHaveLength(1);
    expect(outputs.filter((output) => output === 'nothing to run\n')).toHaveLength(4);
    expect(await database.value('SELECT count(*)::integer FROM migrations')).toBe(MIGRATIONS.length);
  });

  it('give older orders a history: last change, returned stock and times of the lines', async () => {
    const later = MIGRATIONS.slice(MIGRATIONS.indexOf('OrderHistory1764200000000'));
    await revert(later.length);
    const [lamp, buyer] = [await database.addProduct(10), await database.addCustomer()];
    await database.rows(
      `INSERT INTO orders (customer_id, status, total_minor, placement_key, created_at, updated_at)
       SELECT $1, status, 100, status, '2026-01-01T10:00:00Z', '2026-01-01T11:00:00Z'
         FROM unnest(ARRAY['PENDING', 'CONFIRMED', 'CANCELLED']) AS status`,
      [buyer],
    );
    await database.rows(`INSERT INTO order_items SELECT id, $1, 'Lamp', 2, 50 FROM orders`, [lamp]);

    await migrate('run');

    const changed = new Date('2026-01-01T11:00:00Z');
    const unknown = { confirmed_at: null, confirmed_by: null, cancelled_at: null, cancelled_by: null };
    expect(
      await database.rows(
        'SELECT status, confirmed_at, confirmed_by, cancelled_at, cancelled_by FROM orders ORDER BY id',
      ),
    ).toEqual([
      { ...unknown, status: 'PENDING' },
      { ...unknown, status: 'CONFIRMED', confirmed_at: changed },
      { ...unknown, status: 'CANCELLED', cancelled_at: changed },
    ]);
    expect(await database.rows('SELECT DISTINCT created_at FROM order_items')).toEqual([
      { created_at: new Date('2026-01-01T10:00:00Z') },
    ]);
    expect(
      await database.rows(`SELECT status, product_id FROM stock_returns JOIN orders ON orders.id = order_id`),
    ).toEqual([{ status: 'CANCELLED', product_id: lamp }]);
  });

  it('make a second return of the same stock impossible', async () => {
    const again = database.rows(
      'INSERT INTO stock_returns (order_id, product_id) SELECT order_id, product_id FROM stock_returns',
    );

    await expect(again).rejects.toMatchObject({ constraint: 'uq_stock_returns_order_id_product_id' });
  });

  it.each([
    [
      'a negative stock',
      `INSERT INTO products (name, price_minor, stock_quantity) VALUES ('x', 1, -1)`,
      'ck_products_stock_nonnegative',
    ],
    [
      'a negative price',
      `INSERT INTO products (name, price_minor, stock_quantity) VALUES ('x', -1, 1)`,
      'ck_products_price_range',
    ],
    [
      'an unknown role',
      `INSERT INTO users (username, username_key, password_hash, role) VALUES ('x', 'x', 'x', 'root')`,
      'ck_users_role',
    ],
    [
      'an adjustment by zero',
      `INSERT INTO stock_adjustments (product_id, quantity) VALUES (1, 0)`,
      'ck_stock_adjustments_quantity_not_zero',
    ],
    [
      'an unknown status',
      `INSERT INTO orders (customer_id, status, total_minor, placement_key) VALUES (1, 'LOST', 1, 'k')`,
      'ck_orders_status',
    ],
    [
      'a negative total',
      `INSERT INTO orders (customer_id, status, total_minor, placement_key) VALUES (1, 'PENDING', -1, 'k')`,
      'ck_orders_total_range',
    ],
    [
      'a confirmed order without a time',
      `INSERT INTO orders (customer_id, status, total_minor, placement_key) VALUES (1, 'CONFIRMED', 1, 'k')`,
      'ck_orders_confirmed',
    ],
    [
      'a pending order with a time of confirmation',
      'INSERT INTO orders (customer_id, status, total_minor, placement_key, confirmed_at) VALUES (1, ' +
        `'PENDING', 1, 'k', now())`,
      'ck_orders_confirmed',
    ],
    [
      'a cancelled order without a time',
      `INSERT INTO orders (customer_id, status, total_minor, placement_key) VALUES (1, 'CANCELLED', 1, 'k')`,
      'ck_orders_cancelled',
    ],
    [
      'a reason without a cancellation',
      'INSERT INTO orders (customer_id, status, total_minor, placement_key, cancel_reason) VALUES (1, ' +
        `'PENDING', 1, 'k', 'x')`,
      'ck_orders_cancelled',
    ],
    [
      'an empty reason',
      'INSERT INTO orders (customer_id, status, total_minor, placement_key, cancelled_at, ' +
        `cancel_reason) VALUES (1, 'CANCELLED', 1, 'k', now(), '')`,
      'ck_orders_cancel_reason_not_empty',
    ],
    [
      'a line with quantity zero',
      'INSERT INTO order_items (order_id, product_id, product_name, quantity, price_minor) VALUES (1, ' +
        `1, 'x', 0, 1)`,
      'ck_order_items_quantity_range',
    ],
  ])('make the database refuse %s', async (_, sql, constraint) => {
    await expect(database.rows(sql)).rejects.toMatchObject({ code: '23514', constraint });
  });
});
