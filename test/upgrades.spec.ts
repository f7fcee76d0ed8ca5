import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { runMigrations } from '../src/database/migrator.js';
import { audit } from './support/audit.js';
import { asAdmin, TestDatabase } from './support/database.js';

const DUMPS = 'test/dumps';

type Rows = Record<string, object[]>;

/** The rows of all tables, each table sorted by its first columns. */
async function contentOf(database: TestDatabase): Promise<Rows> {
  const tables = await database.rows<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migrations'`,
  );
  const content: Rows = {};
  for (const { name } of tables) {
    const rows = await database.rows<{ row: object }>(
      `SELECT to_jsonb(t) AS row FROM (SELECT * FROM ${name} ORDER BY 1, 2) AS t`,
    );
    content[name] = rows.map(({ row }) => row);
  }
  return content;
}

/** A database restored from `pg_dump --inserts`, without its session settings. */
async function restore(file: string): Promise<TestDatabase> {
  const name = `test_upgrade_${file.slice(0, 13)}`;
  await asAdmin(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await asAdmin(`CREATE DATABASE ${name}`);
  const database = TestDatabase.named(name);
  await database.rows(readFileSync(`${DUMPS}/${file}`, 'utf8'));
  return database;
}

// Guarantees that an update loses nothing. There is a dump
// of each schema that a release has created.
describe('an update of a database', () => {
  it.each(readdirSync(DUMPS))('keeps every row and value of %s, and the stock adds up', async (file) => {
    const database = await restore(file);
    const before = await contentOf(database);

    await runMigrations(database.url);
    const after = await contentOf(database);
    const { balanced } = await audit(database);
    await database.drop();

    expect(Object.values(before).filter((rows) => rows.length === 0)).toEqual([]);
    for (const [table, rows] of Object.entries(before)) {
      expect([table, after[table]]).toEqual([table, rows.map((row) => expect.objectContaining({ ...row }))]);
    }
    expect(balanced).toBe(true);
  });
});
