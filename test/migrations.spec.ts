import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../src/database/data-source.js';
import { runCommand } from './support/command.js';
import { TestDatabase } from './support/database.js';

const MIGRATIONS = ['InitialSchema1764000000000', 'Sessions1764100000000'];

let database: TestDatabase;

async function revertAll(): Promise<void> {
  for (let count = 0; count < MIGRATIONS.length; count += 1) await migrate('revert');
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

// Guarantees that the schema is what the entities say, and that migrations can be taken back.
describe('migrations', () => {
  it('leave nothing for TypeORM to change: entities and schema agree', async () => {
    const dataSource = await new DataSource(dataSourceOptions(database.url, 2)).initialize();
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    await dataSource.destroy();

    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });

  it('name every constraint and index by our rules', async () => {
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

  it('can be taken back to nothing and run again to the same schema', async () => {
    const before = await shape();

    const shown = await migrate('show');
    await revertAll();
    const reverted = await tables();
    const hidden = await migrate('show');
    await migrate('run');

    expect(shown).toBe(MIGRATIONS.map((name) => `[x] ${name}\n`).join(''));
    expect(hidden).toBe(MIGRATIONS.map((name) => `[ ] ${name}\n`).join(''));
    expect(reverted).toEqual([]);
    expect(await shape()).toEqual(before);
  });

  it('run once when five processes start at once', async () => {
    await revertAll();

    const outputs = await Promise.all([1, 2, 3, 4, 5].map(() => migrate('run')));

    expect(outputs.filter((output) => output.includes('ran InitialSchema'))).toHaveLength(1);
    expect(outputs.filter((output) => output === 'nothing to run\n')).toHaveLength(4);
    expect(await database.value('SELECT count(*)::integer FROM migrations')).toBe(MIGRATIONS.length);
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
      'an empty adjustment',
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
      'an empty line',
      `INSERT INTO order_items (order_id, product_id, product_name, quantity, price_minor) VALUES (1, 1, 'x', 0, 1)`,
      'ck_order_items_quantity_range',
    ],
  ])('make the database itself refuse %s', async (_, sql, constraint) => {
    await expect(database.rows(sql)).rejects.toMatchObject({ code: '23514', constraint });
  });
});
