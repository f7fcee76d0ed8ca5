import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Pool } from 'pg';
import { RobustClient } from '../src/database/postgres-client.js';
import { TestDatabase } from './support/database.js';

let database: TestDatabase;
beforeAll(async () => (database = await TestDatabase.create()));
afterAll(() => database.drop());

interface Kept {
  readonly custom_plans: string;
}

/**
 * The statements that a connection has prepared after repeated statements
 * of the service, and after one that a library names.
 */
async function keptStatements(prepares: boolean): Promise<Kept[]> {
  const client = new RobustClient({ connectionString: database.url, prepares });
  await client.connect();
  for (let round = 0; round < 6; round += 1) await client.query('SELECT id FROM orders WHERE id = $1', [1]);
  await client.query({ name: 'of a library', text: 'SELECT $1::integer', values: [1] });
  const { rows } = await client.query<Kept>('SELECT custom_plans FROM pg_prepared_statements');
  await client.end();
  return rows;
}

/** Whether a connection is still usable after the statement has failed as not supported (0A000). */
async function survives(client: RobustClient, sql: string): Promise<boolean> {
  await expect(client.query(sql)).rejects.toMatchObject({ code: '0A000' });
  return client.query('SELECT 1').then(
    () => true,
    () => false,
  );
}

// Guarantees that a pooler may use another connection for each transaction.
describe('a connection', () => {
  it('keeps no prepared statement behind a pooler that does not support them', async () => {
    expect(await keptStatements(false)).toEqual([]);
  });

  it('otherwise keeps frequent statements, with one generic plan for all values', async () => {
    expect(await keptStatements(true)).toEqual([{ custom_plans: 0 }, { custom_plans: 0 }]);
  });

  it('has the time limit for reads from its first statement on', async () => {
    const pool = new Pool({ connectionString: database.url, Client: RobustClient, max: 1 });
    const { rows } = await pool.query('SHOW statement_timeout');
    await pool.end();

    expect(rows).toEqual([{ statement_timeout: '4500ms' }]);
  });

  it('is closed if its prepared statements are outdated, but not for an unsupported feature', async () => {
    const client = new RobustClient({ connectionString: database.url });
    await client.connect();
    await database.rows('CREATE TABLE shelves (id integer)');
    for (let round = 0; round < 6; round += 1) await client.query('SELECT * FROM shelves');
    await database.rows('ALTER TABLE shelves ADD COLUMN name text');

    expect(await survives(client, 'SELECT count(*) FROM shelves FOR UPDATE')).toBe(true);
    expect(await survives(client, 'SELECT * FROM shelves')).toBe(false);
  });
});
