import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADVISORY_LOCKS } from '../src/database/advisory-locks.js';
import { EmbeddedPostgres } from '../src/database/embedded/embedded-postgres.js';
import { runCommand } from './support/command.js';
import { asAdmin, TestDatabase, until } from './support/database.js';
import { giveSettings, hostileRounds, type Values } from './support/hostile-settings.js';
import { createRestrictedDatabase, type RestrictedDatabase } from './support/restricted-database.js';
import { ServiceProcess } from './support/service-process.js';
import { tradingDay } from './support/trading-day.js';
import { World } from './support/world.js';

let restricted: RestrictedDatabase;
let given: World;
let serviceRole: string;
let ownerRole: string;
/** The answers of a day without any special setting; the first test records them. */
let usual: unknown[];
let days = 0;

const day = async (world = given) => tradingDay(world.anyone, (await world.admin()).client, `${(days += 1)}`);

/** New connections, as at the next start of the service. */
const give = (values: Values) => giveSettings(restricted.database, [serviceRole, ownerRole], values);

async function giveToRunning(values: Values): Promise<void> {
  await give(values);
  await restricted.database.cutConnections();
}

beforeAll(async () => {
  restricted = await createRestrictedDatabase();
  const { DATABASE_URL, MIGRATION_DATABASE_URL } = restricted.variables;
  serviceRole = new URL(DATABASE_URL).username;
  ownerRole = new URL(MIGRATION_DATABASE_URL).username;
  // With the smallest pool that is allowed.
  given = new World({ ...restricted.variables, DATABASE_POOL_SIZE: '4' });
  given.database = restricted.database;
});
afterAll(() => restricted.drop());

// Guarantees that session settings of a server, a database or a role do not affect the service.
describe('settings of the database', () => {
  it('change no response, whatever they are', async () => {
    const rounds = await hostileRounds(restricted.database);
    await give(rounds[0] ?? {});
    await given.startService();
    await given.admin();
    await giveToRunning({});
    usual = await day();

    for (const values of rounds) {
      await giveToRunning(values);
      expect([values, await day()]).toEqual([values, usual]);
    }
  }, 120_000);

  it('cannot hide the tables from a running service', async () => {
    await giveToRunning({ search_path: 'nonsense' });

    expect(await day()).toEqual(usual);
  });

  it('end no connection that the service keeps', async () => {
    await giveToRunning({ idle_session_timeout: '100' });
    await until('it reads again', async () => (await given.anyone.get('/products')).status === 200);

    await until('a connection has been idle for a while', () => hasSession(`state = 'idle'`));
  });

  it('do not shorten the time that a start waits for other migrations', async () => {
    await given.service.stop();
    await give({
      statement_timeout: '100',
      lock_timeout: '100',
      transaction_timeout: '100',
      DateStyle: 'German',
    });
    const outside = await restricted.database.session();
    await outside.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCKS.migrations]);

    const starting = given.startService();
    await until('it has waited for a while', () => hasSession(`wait_event_type = 'Lock'`));
    await outside.query('SELECT pg_advisory_unlock($1)', [ADVISORY_LOCKS.migrations]);
    outside.release();
    await starting;

    expect(await day()).toEqual(usual);
    await given.service.stop();
  });
});

/** Whether a session of the service has been in this state for longer than the role's settings allow. */
function hasSession(state: string): Promise<boolean> {
  return restricted.database.value<boolean>(
    `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE usename IN ($1, $2) AND ${state}
        AND clock_timestamp() - state_change > interval '300 ms')`,
    [serviceRole, ownerRole],
  );
}

/** The message of a start that ends with the exit code for a bad configuration. */
async function refusal(variables: Record<string, string>): Promise<string> {
  const service = ServiceProcess.launch(variables);
  expect((await service.exited).code).toBe(78);
  return service.output;
}

/** How a migration by hand ends; it checks the database as a start does. */
function migrate(variables: Record<string, string>): Promise<{ code: number; said: string }> {
  return runCommand('migrate', { args: ['run'], variables }).then(
    (said) => ({ code: 0, said }),
    ({ code, stderr }: { code: number; stderr: string }) => ({ code, said: stderr }),
  );
}

// Guarantees that a start names what is wrong with a database, instead of failing at the first request.
describe('a database that the service cannot use', () => {
  it('is refused for every setting that no connection may change, with the remedy', async () => {
    await giveSettings(restricted.database, [serviceRole], {
      session_replication_role: 'replica',
      default_transaction_read_only: 'on',
      search_path: 'nonsense',
    });

    const said = await refusal(restricted.variables);

    expect(said).toMatch(/session_replication_role = replica [^\n]*ALTER ROLE/);
    expect(said).toMatch(/default_transaction_read_only = on [^\n]*ALTER ROLE/);
    expect(said).toMatch(/search_path = nonsense [^\n]*ALTER ROLE/);
  });

  it('is refused for the migrating role as well', async () => {
    await give({});
    await giveSettings(restricted.database, [ownerRole], { search_path: 'nonsense' });

    const { code, said } = await migrate(restricted.variables);

    expect(code).toBe(78);
    expect(said).toMatch(/search_path = nonsense .* ALTER ROLE/);
  });

  it('is refused if the role cannot find the migrated tables or has no right to use them', async () => {
    await give({});
    await restricted.database.rows(`CREATE SCHEMA elsewhere AUTHORIZATION ${serviceRole}`);
    await giveSettings(restricted.database, [serviceRole], { search_path: 'elsewhere' });
    const lost = await refusal(restricted.variables);
    await give({});
    await restricted.database.rows(`REVOKE INSERT ON orders FROM ${serviceRole}`);
    const { DATABASE_URL } = restricted.variables;
    const deprived = await refusal({ DATABASE_URL });

    expect(lost).toMatch(/DATABASE_URL does not lead to the tables .*orders.*search_path/);
    expect(deprived).toMatch(/role of DATABASE_URL may not INSERT orders: .*MIGRATION_DATABASE_URL/);
  });

  it('is refused unless encoded in UTF8, with the statement that creates a suitable one', async () => {
    const name = 'test_latin1';
    await asAdmin(
      `CREATE DATABASE ${name} ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0`,
    );
    const database = TestDatabase.named(name);
    const said = await refusal({ DATABASE_URL: database.url });
    await database.drop();
    const [advice = ''] = /CREATE DATABASE … [^"\\]*/.exec(said) ?? [];

    expect(said).toMatch(/encoded in LATIN1/);
    await asAdmin(advice.replace('…', name));
    const migrated = await migrate({ DATABASE_URL: database.url });
    await TestDatabase.named(name).drop();

    expect(migrated.code).toBe(0);
  });
});

// Guarantees that the owner is free to choose the database's language and schema.
describe('a database of the owner’s choice', () => {
  it('gives the same responses in any language and in the schema of the connection string', async () => {
    const name = 'test_turkish';
    await asAdmin(
      `CREATE DATABASE ${name} ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'tr-TR' LOCALE 'C' ` +
        'TEMPLATE template0',
    );
    const database = TestDatabase.named(name);
    await database.rows('DROP SCHEMA public');
    await database.rows('CREATE SCHEMA "My shop"');
    const options = encodeURIComponent('-c search_path="My\\ shop" -c extra_float_digits=-15');

    const other = new World();
    other.database = TestDatabase.at(`${database.url}?options=${options}`);
    other.service = await ServiceProcess.start({ DATABASE_URL: other.database.url });
    const unusual = await day(other);
    const [table] = await database.rows<{ schema: string }>(
      `SELECT schemaname AS schema FROM pg_tables WHERE tablename = 'orders'`,
    );
    await other.service.stop();
    await other.database.close();
    await database.drop();

    expect(unusual).toEqual(usual);
    expect(table?.schema).toBe('My shop');
  });
});

// Guarantees that a service can wait on a standby for its promotion, but cannot migrate there.
describe('a standby', () => {
  it('is refused while migrations are pending, and otherwise serves reads until it is promoted', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'standby-'));
    const settings = { fsync: 'off' };
    const server = await EmbeddedPostgres.start({ dataDir, progress: () => undefined, settings });
    const database = TestDatabase.at(server.url);
    const demote = async () => {
      await writeFile(join(dataDir, 'postgres/standby.signal'), '');
      await server.crashAndRecover();
    };
    const promote = () => database.rows('SELECT pg_promote()');

    await demote();
    const refused = await migrate({ DATABASE_URL: server.url });
    await promote();
    await migrate({ DATABASE_URL: server.url });
    await demote();
    const waiting = await ServiceProcess.start({ DATABASE_URL: server.url });
    const statusOf = async (path: string) => (await fetch(waiting.url + path)).status;
    const before = [await statusOf('/products'), await statusOf('/health/ready')];
    await promote();
    await until('it is ready', async () => (await statusOf('/health/ready')) === 200);
    await waiting.stop();
    await database.close();
    await server.stop();

    expect(refused.code).toBe(1);
    expect(refused.said).toMatch(/standby.*Set DATABASE_URL to the primary/);
    expect(before).toEqual([200, 503]);
    expect(waiting.output).toMatch(/"level":40.*standby/);
  }, 60_000);
});
