import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chown, mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runCommand } from './support/command.js';
import { TestDatabase } from './support/database.js';
import { itNeeding } from './support/needing.js';
import { ServiceProcess } from './support/service-process.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await TestDatabase.create();
});
afterAll(() => database.close());

const newFolder = () => mkdtemp(join(tmpdir(), 'start-faults-'));

/** How a start ends, and the files that it leaves in its folder. */
async function startWith(variables: Record<string, string>) {
  const folder = await newFolder();
  const service = ServiceProcess.launch({ DATABASE_URL: '', JWT_SECRET: '', ...variables }, folder);
  const { code } = await service.exited;
  return { code, output: service.output, files: await readdir(folder) };
}

async function withPortTaken<T>(work: (port: string) => Promise<T>): Promise<T> {
  const blocker = createServer().listen(0, '127.0.0.1');
  await once(blocker, 'listening');
  return work(String((blocker.address() as AddressInfo).port)).finally(() => blocker.close());
}

const withUrl = (change: (url: URL) => void) => {
  const url = new URL(database.url);
  change(url);
  return url.href;
};

// Guarantees that every configured value takes effect, or the start fails and names it.
describe('.env', () => {
  const startIn = async (content: string, variables: Record<string, string> = {}) => {
    const folder = await newFolder();
    await writeFile(join(folder, '.env'), content);
    return ServiceProcess.launch({ DATABASE_URL: database.url, ...variables }, folder);
  };

  it('is read from its first variable on, even after a byte order mark', async () => {
    const service = await startIn(
      '\ufeffNODE_ENV=production\r\nADMIN_PASSWORD=1234567\r\nADMIN_USERNAME=boss\r\n',
    );

    expect((await service.exited).code).toBe(78);
    expect(service.output).toMatch(/- ADMIN_PASSWORD is shorter than PASSWORD_MIN_LENGTH/);
    expect(service.output).not.toMatch(/1234567|boss/);
  });

  it('has all its faults reported at once, together with those of the environment', async () => {
    const service = await startIn('PROT=8000\nPORT: 8000\nHOST=a\nHOST=b\n', {
      DATABSE_URL: 'x',
      DATABASE_URL: '',
    });

    expect((await service.exited).code).toBe(78);
    for (const fault of [
      'PROT is unknown: did you mean PORT?',
      '.env, line 2',
      'HOST is set twice',
      'DATABSE_URL',
    ])
      expect(service.output).toContain(`- ${fault}`);
  });

  it('leads to a warning about unused variables and PostgreSQL’s own ones', async () => {
    const service = await startIn('WHATEVER=1\nPOSTGRES_PASSWORD=1\nWORKERS=2\n', {
      PGSSLMODE: 'require',
      PGDATABASE: 'none',
    });
    await service.says(/is ready at/);

    expect(service.output.match(/The service does not read .*/g)).toEqual([
      expect.stringMatching(/^The service does not read WHATEVER, PGSSLMODE, PGDATABASE\. /),
    ]);
    expect((await service.stop()).code).toBe(0);
  });
});

// Guarantees that a start which cannot succeed creates nothing, and names what to change.
describe('a place to listen', () => {
  it.each([
    ['HOST', { HOST: 'nosuch.invalid' }],
    ['HOST', { HOST: '192.0.2.1' }],
    ['HOST', { HOST: 'http://127.0.0.1' }],
    ['METRICS_HOST', { METRICS_HOST: 'nosuch.invalid', METRICS_PORT: '0' }],
    ['METRICS_PORT', { METRICS_PORT: '9400', PORT: '9400' }],
  ])('that cannot work is reported as a fault of %s: %j', async (name, variables) => {
    const { code, output, files } = await startWith(variables);

    expect(code).toBe(78);
    expect(output).toContain(`- ${name} `);
    expect(output).not.toMatch(/PostgreSQL|DATABASE_URL/);
    expect(files).toEqual([]);
  });

  it.each(['PORT', 'METRICS_PORT'])(
    'that is already taken is reported as %s, before a cluster is created',
    (name) =>
      withPortTaken(async (port) => {
        const { code, output, files } = await startWith({ [name]: port });

        expect(code).toBe(1);
        expect(output).toContain(
          `Port ${port} on 127.0.0.1 is taken. Stop whatever listens there, or set ${name} `,
        );
        expect(files).toEqual([]);
      }),
  );

  it('may be written as in a URL, with brackets', async () => {
    const service = await ServiceProcess.start({ DATABASE_URL: database.url, HOST: '[::1]' });
    expect(service.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
    expect((await service.stop()).code).toBe(0);
  });
});

describe('a database that cannot be used', () => {
  const cases: [string, (url: URL) => void, RegExp][] = [
    ['password', (url) => (url.password = 'wrong'), /Check user and password/],
    ['user', (url) => (url.username = 'nobody-of-that-name'), /Check user and password/],
    ['database', (url) => (url.pathname = '/not_there'), /not_there.* does not exist. Create it/],
  ];
  it.each(cases)(
    'is reported with its variable and the remedy: a wrong %s',
    async (_what, change, advice) => {
      const wrong = withUrl(change);
      const started = await startWith({ DATABASE_URL: wrong });
      const migrating = await startWith({ DATABASE_URL: database.url, MIGRATION_DATABASE_URL: wrong });

      expect([started.code, migrating.code]).toEqual([1, 1]);
      expect(started.output).toMatch(/could not start: DATABASE_URL: /);
      expect(migrating.output).toMatch(/could not start: MIGRATION_DATABASE_URL: /);
      for (const { output } of [started, migrating]) expect(output).toMatch(advice);
    },
  );
});

/** A user id without an account and without special rights. */
const NOBODY = 54_321;
const canBeNobody =
  process.getuid?.() === 0 && spawnSync('cat', ['dist/main.js'], { uid: NOBODY, gid: NOBODY }).status === 0;
/** In containers, every user may often open every port. */
const isPortReserved =
  canBeNobody && Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start')) > 1;
const itAsNobody = itNeeding('root, and a folder that others may enter', canBeNobody);

describe('a user', () => {
  const startAsNobody = async (variables: Record<string, string>) => {
    const folder = await newFolder();
    await chown(folder, NOBODY, NOBODY);
    const service = ServiceProcess.launch({ DATABASE_URL: '', ...variables }, folder, { user: NOBODY });
    return { ...(await service.exited), output: service.output };
  };

  itAsNobody('without an account is told that PostgreSQL needs one', async () => {
    const { code, output } = await startAsNobody({});

    expect(code).toBe(1);
    expect(output).toMatch(/user id 54321 has no account .* set DATABASE_URL/);
  });

  const itWithoutPort = itNeeding('root, and ports that are its own', isPortReserved);
  itWithoutPort('without the right to a port is told which ports are allowed', async () => {
    const { code, output } = await startAsNobody({ PORT: '1' });

    expect(code).toBe(78);
    expect(output).toMatch(/- PORT needs rights that this user does not have: set 1024 or higher/);
  });
});

describe('DATA_DIR', () => {
  it('cannot be below a folder with a line break in its name', async () => {
    const folder = join(await newFolder(), 'a\nb');
    await mkdir(folder);
    const service = ServiceProcess.launch({ DATABASE_URL: '' }, folder);

    expect((await service.exited).code).toBe(78);
    expect(service.output).toMatch(/- DATA_DIR /);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('the commands', () => {
  it.each([
    ['audit', [], 'audit'],
    ['migrate', ['revert'], 'revert'],
    ['migrate', ['show'], 'show'],
  ])('report a missing database, and create none: %s %j', async (command, args, purpose) => {
    const workingDir = await newFolder();

    const failure = runCommand(command, { args, workingDir });

    await expect(failure).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(new RegExp(`^There is nothing to ${purpose}: .*DATA_DIR`)) as unknown,
    });
    expect(await readdir(workingDir)).toEqual([]);
  });

  it('report an empty database', async () => {
    const name = await database.value<string>('current_database()');
    await database.rows(`CREATE DATABASE ${name}_empty`);
    const variables = { DATABASE_URL: withUrl((url) => (url.pathname = `/${name}_empty`)) };

    const audited = runCommand('audit', { variables });
    const reverted = runCommand('migrate', { args: ['revert'], variables });

    await expect(audited).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('nothing to audit') as unknown,
    });
    expect(await reverted).toBe('nothing to revert\n');
  });

  it('name the folder that cannot be used', async () => {
    const failure = runCommand('seed', { variables: { DATA_DIR: '/proc/nowhere' } });

    await expect(failure).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/\/proc\/nowhere cannot be used .* DATA_DIR/) as unknown,
    });
  });
});
