import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { asAdmin, TestDatabase } from './database.js';

const PASSWORD = randomBytes(12).toString('hex');

/** An empty database with the two roles of deploy/create-roles.sql. */
export interface RestrictedDatabase {
  /** Access as superuser. */
  readonly database: TestDatabase;
  /** The variables for the service. */
  readonly variables: { readonly DATABASE_URL: string; readonly MIGRATION_DATABASE_URL: string };
  /** Direct access with the service's role. */
  readonly asService: TestDatabase;
  drop(): Promise<void>;
}

export async function createRestrictedDatabase(): Promise<RestrictedDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const [owner, service] = [`${name}_owner`, name];
  for (const statement of await statements(name)) await asAdmin(statement);
  for (const role of [owner, service]) await asAdmin(`ALTER ROLE ${role} PASSWORD '${PASSWORD}'`);
  const database = TestDatabase.named(name);
  const urlOf = (username: string) =>
    Object.assign(new URL(database.url), { username, password: PASSWORD }).href;
  const variables = { DATABASE_URL: urlOf(service), MIGRATION_DATABASE_URL: urlOf(owner) };
  const asService = TestDatabase.at(variables.DATABASE_URL);
  return {
    database,
    variables,
    asService,
    async drop() {
      await asService.close();
      await database.drop();
      for (const role of [owner, service]) await asAdmin(`DROP ROLE ${role}`);
    },
  };
}

/** The statements of the script, with other names for the roles and the database. */
async function statements(name: string): Promise<string[]> {
  const script = await readFile('deploy/create-roles.sql', 'utf8');
  const code = script.replace(/^--.*$/gm, '').replaceAll('mini_order_system', name);
  return code
    .split(';')
    .map((statement) => statement.trim())
    .filter(Boolean);
}
