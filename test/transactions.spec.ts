import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource, type QueryRunner } from 'typeorm';
import { ServiceBusyError } from '../src/common/domain-error.js';
import { parseEnv } from '../src/config/load-env.js';
import { dataSourceOptions } from '../src/database/data-source.js';
import { TransactionRunner } from '../src/database/transaction.runner.js';
import { TestDatabase, until } from './support/database.js';
import { PREPARES, throughPooler } from './support/pooler.js';

const POOL_SIZE = 9;
/** Half of the connections that placing orders leaves in the pool. */
const WRITES_AT_ONCE = 3;

let database: TestDatabase;
let dataSource: DataSource;
let runner: TransactionRunner;

beforeAll(async () => {
  database = await TestDatabase.create();
  dataSource = await new DataSource(
    dataSourceOptions(throughPooler(database.url), POOL_SIZE, PREPARES),
  ).initialize();
  runner = new TransactionRunner(dataSource, parseEnv({ DATABASE_POOL_SIZE: `${POOL_SIZE}` }));
  await database.rows('CREATE TABLE notes (id integer PRIMARY KEY, body text)');
});
beforeEach(() => database.rows('TRUNCATE notes'));
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

const notes = () =>
  database.rows<{ id: number }>('SELECT id FROM notes ORDER BY id').then((rows) => rows.map(({ id }) => id));
const write = (id: number) => `INSERT INTO notes (id) VALUES (${id})`;

// Guarantees that a write is committed exactly if its caller is told so, and that every wait ends.
describe('TransactionRunner', () => {
  it('commits what the work did and returns its result', async () => {
    const result = await runner.run(async (queryRunner) => {
      await queryRunner.query(write(1));
      return 'done';
    });

    expect(result).toBe('done');
    expect(await notes()).toEqual([1]);
  });

  it('rolls back and throws the same error when the work fails', async () => {
    const fault = new Error('the work failed');
    const work = runner.run(async (queryRunner) => {
      await queryRunner.query(write(1));
      throw fault;
    });

    await expect(work).rejects.toBe(fault);
    expect(await notes()).toEqual([]);
  });

  it('does not report a commit if the work has swallowed a failed statement', async () => {
    const work = runner.run(async (queryRunner) => {
      await queryRunner.query(write(1));
      await queryRunner.query(write(1)).catch(() => undefined);
    });

    await expect(work).rejects.toThrow(/swallowed/);
    expect(await notes()).toEqual([]);
  });

  it('returns a clean connection to the pool after failed work', async () => {
    for (let round = 0; round < POOL_SIZE * 3; round += 1) {
      await runner.run((queryRunner) => queryRunner.query('SELECT nonsense')).catch(() => undefined);
    }

    const inTransaction = await database.value<number>(
      'SELECT count(*)::integer FROM pg_stat_activity WHERE datname = current_database() AND state ' +
        `LIKE 'idle in%'`,
    );
    expect(inTransaction).toBe(0);
    await runner.run((queryRunner) => queryRunner.query(write(7)));
    expect(await notes()).toEqual([7]);
  });

  it.each<[string, (queryRunner: QueryRunner) => Promise<unknown>]>([
    ['the query runner', (queryRunner) => queryRunner.query(write(1))],
    ['its entity manager', ({ manager }) => manager.query(write(1))],
  ])('runs the work again if its connection is lost before the next statement of %s', async (_, writeBy) => {
    let attempts = 0;
    await runner.run(async (queryRunner) => {
      attempts += 1;
      const [session] = (await queryRunner.query('SELECT pg_backend_pid() AS pid')) as { pid: number }[];
      if (attempts === 1) {
        await database.rows('SELECT pg_terminate_backend($1)', [session?.pid]);
        await until('TypeORM knows', () => Promise.resolve(queryRunner.isReleased));
      }
      await writeBy(queryRunner);
    });

    expect(attempts).toBe(2);
    expect(await notes()).toEqual([1]);
  });

  it('is busy if its connection is lost at every attempt', async () => {
    const work = runner.run(async (queryRunner) => {
      const [session] = (await queryRunner.query('SELECT pg_backend_pid() AS pid')) as { pid: number }[];
      await database.rows('SELECT pg_terminate_backend($1)', [session?.pid]);
      await until('TypeORM knows', () => Promise.resolve(queryRunner.isReleased));
      await queryRunner.manager.query(write(1));
    });

    await expect(work).rejects.toBeInstanceOf(ServiceBusyError);
    expect(await notes()).toEqual([]);
  });

  it('completes both of two deadlocked transactions', async () => {
    await database.rows(`${write(1)}, (2)`);
    let attempts = 0;
    let holding = 0;
    const cross = (first: number, second: number) =>
      runner.run(async (queryRunner) => {
        attempts += 1;
        await queryRunner.query(`UPDATE notes SET body = 'x' WHERE id = ${first}`);
        holding += 1;
        await until('both hold one row', () => Promise.resolve(holding >= 2));
        await queryRunner.query(`UPDATE notes SET body = 'x' WHERE id = ${second}`);
      });

    await Promise.all([cross(1, 2), cross(2, 1)]);

    expect(attempts).toBeGreaterThan(2);
    expect(await database.value('SELECT count(*)::integer FROM notes WHERE body = $1', ['x'])).toBe(2);
  });

  it('gives up with "busy" after three deadlocks', async () => {
    let attempts = 0;
    const work = runner.run(async (queryRunner) => {
      attempts += 1;
      await queryRunner.query(`DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40P01'; END $$`);
    });

    await expect(work).rejects.toBeInstanceOf(ServiceBusyError);
    expect(attempts).toBe(3);
  });

  it('does not retry a feature that PostgreSQL does not support', async () => {
    let attempts = 0;
    const work = runner.run(async (queryRunner) => {
      attempts += 1;
      await queryRunner.query('SELECT count(*) FROM notes FOR UPDATE');
    });

    await expect(work).rejects.toMatchObject({ code: '0A000' });
    expect(attempts).toBe(1);
  });

  it('is "busy" if its connection is killed, and works again at once', async () => {
    const work = runner.run(async (queryRunner) => {
      await queryRunner.query(write(1));
      await database.cutConnections();
      await queryRunner.query(write(2));
    });

    await expect(work).rejects.toBeInstanceOf(ServiceBusyError);
    await runner.run((queryRunner) => queryRunner.query(write(3)));
    expect(await notes()).toEqual([3]);
  });

  it('is "busy" if a row stays locked, and leaves connections for reads meanwhile', async () => {
    await database.rows(write(1));
    const outside = await database.session();
    await outside.query('BEGIN; SELECT 1 FROM notes FOR UPDATE');
    const works = Array.from({ length: POOL_SIZE * 3 }, () =>
      runner.run((queryRunner) => queryRunner.query(`UPDATE notes SET body = 'x'`)),
    );
    let ended = 0;
    for (const work of works) work.catch(() => (ended += 1));
    await until('the writers wait', async () => (await database.waitingForLocks()) === WRITES_AT_ONCE);

    const read: unknown = await dataSource.query('SELECT 1 AS one');
    const endedBeforeTheRead = ended;
    const results = await Promise.allSettled(works);
    await outside.query('ROLLBACK');
    outside.release();

    expect(read).toEqual([{ one: 1 }]);
    expect(endedBeforeTheRead).toBe(0);
    for (const result of results)
      expect(result).toMatchObject({ status: 'rejected', reason: expect.any(ServiceBusyError) });
  });

  it('sheds a write at once if 1,000 are waiting already, and serves those', async () => {
    let open = () => undefined as void;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const works = Array.from({ length: WRITES_AT_ONCE + 1_000 }, () => runner.run(() => gate));
    let ended = 0;
    for (const work of works) work.finally(() => (ended += 1)).catch(() => undefined);

    const oneMore = runner.run(() => Promise.resolve());

    await expect(oneMore).rejects.toBeInstanceOf(ServiceBusyError);
    expect(ended).toBe(0);
    open();
    await Promise.all(works);
    await runner.run((queryRunner) => queryRunner.query(write(1)));
  });

  it('aborts a statement that runs for too long', async () => {
    const work = runner.run((queryRunner) => queryRunner.query('SELECT pg_sleep(30)'));
    await expect(work).rejects.toBeInstanceOf(ServiceBusyError);
  });
});
