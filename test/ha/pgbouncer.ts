// `npm run test:pgbouncer [-- jest's arguments]`: the tests, with PgBouncer in
// transaction mode between the service and PostgreSQL. What tests do directly in the
// database (creating and dropping databases, holding locks) goes to the server itself.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { EmbeddedPostgres } from '#dist/database/embedded/embedded-postgres.js';
import { needPackages, programOf } from './support/packages.js';
import { Program } from './support/programs.js';
import { perform, type Stage } from './support/stage.js';

const CONFIGURATION = resolve('deploy/pgbouncer/pgbouncer.ini');
const JEST = ['--experimental-vm-modules', resolve('node_modules/jest/bin/jest.js')];
/** As in test/support/global-setup.mjs. */
const SETTINGS = { fsync: 'off', max_connections: '200', deadlock_timeout: '20ms' };
/** The tests that are left out, and why they cannot use PgBouncer. */
const WITHOUT_POOLER = {
  'test/embedded.spec.ts': 'starts what it tests from the database up',
  'test/embedded-start.spec.ts': 'starts what it tests from the database up',
  'test/start-faults.spec.ts': 'is about the connection to the server itself',
  'test/storm.spec.ts': 'starts what it tests from the database up',
  'test/database-tls.spec.ts': 'is about the connection to the server itself',
  'test/least-privilege.spec.ts': 'makes roles, which PgBouncer does not know',
  'test/database-settings.spec.ts': 'makes roles, too',
  'test/health.spec.ts':
    'changes what a database says of itself, which open connections of the pool do not see',
};

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  await new Promise((done) => probe.close(done));
  return port;
}

/** The settings of deploy/pgbouncer, for the server of the tests. @returns the URL of the pooler. */
async function startPgbouncer(stage: Stage, server: string): Promise<string> {
  const folder = stage.folderFor('pgbouncer', stage.account);
  const { username, password, hostname, port } = new URL(server);
  const listenPort = await freePort();
  const { uid, gid } = stage.account;
  const write = (name: string, text: string) => {
    const file = join(folder, name);
    writeFileSync(file, text, { mode: 0o600 });
    if (uid !== undefined && gid !== undefined) chownSync(file, uid, gid);
    return file;
  };
  const users = write('userlist.txt', `"${username}" "${decodeURIComponent(password)}"\n`);
  const settings = readFileSync(CONFIGURATION, 'utf8')
    .replace(/^mini_order_system = .*$/m, `* = host=${hostname} port=${port}`)
    .replace(/^listen_port = .*$/m, `listen_port = ${listenPort}`)
    .replace(/^auth_file = .*$/m, `auth_file = ${users}`);
  const configuration = write('pgbouncer.ini', settings);
  const program = new Program(stage, {
    name: 'pgbouncer',
    command: programOf('pgbouncer'),
    args: [configuration],
    folder,
    account: stage.account,
  });
  stage.finallyDo(() => program.stop());
  return Object.assign(new URL(server), { port: String(listenPort) }).href;
}

/** @returns whether every test has passed. */
async function runTests(stage: Stage, variables: Record<string, string>): Promise<boolean> {
  const skipped = Object.keys(WITHOUT_POOLER).map((path) => `--testPathIgnorePatterns=${path}`);
  const env = { ...process.env, ...variables };
  const args = [...JEST, ...process.argv.slice(2), ...skipped];
  // This ends everything that the tests have started, in case they are interrupted.
  const jest = spawn(process.execPath, args, { env, stdio: 'inherit', detached: true });
  stage.finallyDo(() => jest.exitCode === null && jest.pid && process.kill(-jest.pid, 'SIGTERM'));
  const [code] = (await once(jest, 'exit')) as [number | null];
  return code === 0;
}

await perform(
  async (stage) => {
    needPackages('pgbouncer');
    const server = await EmbeddedPostgres.start({
      dataDir: stage.folderFor('postgresql'),
      progress: (step) => stage.tell(step),
      settings: SETTINGS,
    });
    stage.finallyDo(() => server.stop());
    const pooler = await startPgbouncer(stage, server.url);
    for (const [path, why] of Object.entries(WITHOUT_POOLER)) stage.tell(`not run: ${path}: ${why}`);
    const isGreen = await runTests(stage, {
      TEST_DATABASE_URL: Object.assign(new URL(server.url), { pathname: '/test' }).href,
      TEST_POOLER_URL: pooler,
    });
    stage.tell(isGreen ? 'PASSED through PgBouncer' : 'FAILED through PgBouncer');
    return isGreen;
  },
  { minutesMax: 40 },
);
