import { afterEach, beforeEach, describe, expect } from '@jest/globals';
import { TestDatabase } from './support/database.js';
import { itNeeding } from './support/needing.js';
import { PREPARES } from './support/pooler.js';
import { ServiceProcess } from './support/service-process.js';
import { tradingDay } from './support/trading-day.js';
import { World } from './support/world.js';

const itThroughPooler = itNeeding('a pooler (npm run test:pgbouncer)', !PREPARES);

let given: World;

beforeEach(async () => {
  given = new World();
  given.database = await TestDatabase.create();
});
afterEach(() => given.database.drop());

async function configure(settings: Record<string, string>): Promise<void> {
  const name = new URL(given.database.url).pathname.slice(1);
  for (const [setting, value] of Object.entries(settings)) {
    await given.database.rows(`ALTER DATABASE ${name} SET ${setting} = '${value}'`);
  }
}

async function day(name: string): Promise<unknown[]> {
  return tradingDay(given.anyone, (await given.admin()).client, name);
}

// Guarantees that foreign session settings do not affect our statements behind a pooler, either.
describe('a pooler that shares connections', () => {
  itThroughPooler('keeps the forms of values that the service asks for', async () => {
    await given.startService();
    const usual = await day('one');
    await given.service.stop();
    await configure({ DateStyle: 'German', TimeZone: '<odd>1:02', standard_conforming_strings: 'off' });
    await given.database.rows(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND ' +
        'pid <> pg_backend_pid()',
    );

    await given.startService();
    const unusual = await day('two');
    await given.service.stop();

    expect(unusual).toEqual(usual);
  });

  itThroughPooler('is refused with every setting that it would let through, and what to do', async () => {
    await configure({ extra_float_digits: '-15', array_nulls: 'off', statement_timeout: '999' });

    const service = ServiceProcess.launch({ DATABASE_URL: given.database.url });

    expect((await service.exited).code).toBe(78);
    expect(service.output).toMatch(/extra_float_digits = -15 .*ALTER ROLE … SET extra_float_digits = '1'/);
    expect(service.output).toMatch(/array_nulls = off .*ALTER ROLE … SET array_nulls = 'on'/);
    expect(service.output).toMatch(/statement_timeout = 999ms .*ALTER ROLE … SET statement_timeout = '0'/);
  });

  itThroughPooler('may have a limit of the role that is longer than reads take', async () => {
    await configure({ statement_timeout: '4500' });

    await given.startService();

    expect((await given.service.stop()).code).toBe(0);
  });
});
