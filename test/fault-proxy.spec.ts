import type { Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { FaultProxy } from '../storm/fault-proxy.js';
import { TestDatabase, until } from './support/database.js';

let database: TestDatabase;
let proxy: FaultProxy;
let client: pg.Client;

beforeAll(async () => {
  database = await TestDatabase.create();
  await database.rows('CREATE TABLE notes (id integer)');
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.rows('TRUNCATE notes');
  proxy = await FaultProxy.start(database.url);
  client = await connected();
});
afterEach(() => {
  proxy.stop();
});

const connected = async (options: pg.ClientConfig = {}) => {
  const one = new pg.Client({ connectionString: proxy.url, ...options });
  one.on('error', () => undefined);
  await one.connect();
  return one;
};
const endOf = (one: pg.Client) => new Promise<void>((done) => one.once('end', done));
const streamOf = (one: pg.Client) => (one as unknown as { connection: { stream: Socket } }).connection.stream;
const insert = async () => {
  await client.query('BEGIN');
  await client.query('INSERT INTO notes VALUES ($1)', [1]);
};
/** The number of sessions without the one that asks. */
const sessions = (condition: string) =>
  database.value<number>(
    `SELECT count(*)::integer FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND ${condition}`,
  );
const stored = () => database.value<number>('SELECT count(*)::integer FROM notes');

/** Whether a connection is still open after the server has answered a later request of another one. */
const isOpen = async (promise: Promise<unknown>) => {
  const answered = promise.then(() => 'answered');
  return (await Promise.race([answered, database.rows('SELECT 1').then(() => 'open')])) === 'open';
};

// Guarantees that the simulated network faults behave like real ones.
describe('the proxy in front of PostgreSQL', () => {
  it.each([
    ['before', 0],
    ['after', 1],
  ] as const)('cuts the connection %s a COMMIT has been stored', async (fault, rows) => {
    await insert();
    proxy.faultNextCommits(fault);

    await expect(client.query('COMMIT')).rejects.toThrow('Connection terminated');

    expect(await stored()).toBe(rows);
  });

  it('ends the session and its locks in PostgreSQL before the client sees the cut', async () => {
    await client.query('BEGIN');
    await client.query('LOCK TABLE notes IN ACCESS EXCLUSIVE MODE');
    // While it runs a statement, the session does not notice that its client has gone.
    const busy = client.query('SELECT pg_sleep(0.3)');
    await until('it has begun', async () => (await sessions(`state = 'active'`)) === 1);

    proxy.cutConnections();

    await expect(busy).rejects.toThrow('Connection terminated');
    expect(await sessions(`state = 'active'`)).toBe(0);
    await database.rows('BEGIN; LOCK TABLE notes IN ACCESS EXCLUSIVE MODE NOWAIT; ROLLBACK');
  });

  it('does not deliver what a frozen connection has held back once the connection is cut', async () => {
    await insert();
    proxy.freeze();
    const commit = client.query('COMMIT');
    await expect(isOpen(commit)).resolves.toBe(true);

    proxy.cutConnections();

    await expect(commit).rejects.toThrow('Connection terminated');
    await until('the session has ended', async () => (await sessions(`state = 'idle in transaction'`)) === 0);
    expect(await stored()).toBe(0);
  });

  it('lets a COMMIT through but answers it with an error, on a connection that stays usable', async () => {
    await insert();
    proxy.faultNextCommits({ sqlState: '57P01' });

    await expect(client.query('COMMIT')).rejects.toMatchObject({ code: '57P01' });

    expect((await client.query('SELECT count(*)::integer FROM notes')).rows).toEqual([{ count: 1 }]);
  });

  it('lets a COMMIT through but drops its answer, with the connection left open', async () => {
    await insert();
    proxy.faultNextCommits('silence');

    const commit = client.query('COMMIT');

    await until('it is stored', async () => (await stored()) === 1);
    expect(await isOpen(commit)).toBe(true);
    proxy.cutConnections();
    await expect(commit).rejects.toThrow('Connection terminated');
  });

  it('passes nothing on while frozen, not even for new connections, and everything afterwards', async () => {
    await insert();
    proxy.freeze();

    const commit = client.query('COMMIT');
    const newcomer = connected();

    expect(await isOpen(commit)).toBe(true);
    expect(await isOpen(newcomer)).toBe(true);
    expect(await stored()).toBe(0);
    proxy.thaw();
    await commit;
    await newcomer;
    expect(await stored()).toBe(1);
  });

  it('still delivers what a client sent before it disconnected', async () => {
    await insert();
    proxy.freeze();
    void client.query('COMMIT').catch(() => undefined);
    const hungUp = endOf(client);
    streamOf(client).destroySoon();
    await hungUp;

    proxy.thaw();

    await until('it is stored', async () => (await stored()) === 1);
  });

  it('tells the server that a frozen client has disconnected only after the thaw', async () => {
    await insert();
    proxy.silenceOpenConnections();
    const newcomer = await connected({ application_name: 'newcomer' });
    const hungUp = endOf(client);
    streamOf(client).destroy();
    await hungUp;
    // This client disconnects later. When its session is gone, the server would have noticed the first one.
    await newcomer.end();
    await until('it is gone', async () => (await sessions(`application_name = 'newcomer'`)) === 0);

    expect(await sessions(`state = 'idle in transaction'`)).toBe(1);
    proxy.thaw();
    await until('the other one is', async () => (await sessions(`state = 'idle in transaction'`)) === 0);
    expect(await stored()).toBe(0);
  });

  it('delays answers by the given time', async () => {
    proxy.delayAnswers(50);
    const startedAt = performance.now();

    await client.query('SELECT 1');

    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(49);
  });

  it('refuses connections, and later accepts them again on the same port', async () => {
    const ended = endOf(client);
    proxy.refuseConnections();

    await ended;
    await expect(connected()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await proxy.acceptConnections();
    expect((await (await connected()).query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  it('records the statements of each connection in order, and its round trips', async () => {
    const records = proxy.recordStatements();
    const other = await connected();

    await insert();
    await client.query('ROLLBACK');
    await other.query('SELECT 2');

    const statements = ['BEGIN', 'INSERT INTO notes VALUES ($1)', 'ROLLBACK'];
    expect(records[0]).toEqual({ statements, roundTrips: 3 });
    expect(records[1]?.statements).toEqual(['SELECT 2']);
  });

  it('counts pipelined statements as one round trip', async () => {
    const eager = await connected({ pipeline: true });
    const [, record] = proxy.recordStatements();

    await Promise.all([eager.query('BEGIN'), eager.query('SELECT $1::integer', [1]), eager.query('COMMIT')]);

    expect(record).toEqual({ statements: ['BEGIN', 'SELECT $1::integer', 'COMMIT'], roundTrips: 1 });
  });
});
