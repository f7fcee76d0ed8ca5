import { chown, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EmbeddedPostgres } from '../src/database/embedded/embedded-postgres.js';
import { CertificateAuthority } from './support/certificates.js';
import { runCommand } from './support/command.js';
import { TestDatabase } from './support/database.js';
import { ServiceProcess } from './support/service-process.js';
import { useWorld } from './support/world.js';

const withoutTls = useWorld();
const authority = new CertificateAuthority();
let home: string;
let server: EmbeddedPostgres;
let caFile: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'tls-'));
  caFile = join(home, 'ca.pem');
  await writeFile(caFile, authority.certificate);
  server = await EmbeddedPostgres.start({ dataDir: join(home, 'data'), progress: () => undefined });
  await serveTlsAs('localhost');
});
afterAll(async () => {
  await server.stop();
  await rm(home, { recursive: true });
});

/** Gives the server a certificate for a host. */
async function serveTlsAs(host: string): Promise<void> {
  const folder = join(home, 'data/postgres');
  const { uid, gid } = await stat(folder);
  const { certificate, key } = authority.certify(host);
  for (const [name, text] of Object.entries({ 'server.crt': certificate, 'server.key': key })) {
    await writeFile(join(folder, name), text, { mode: 0o600 });
    await chown(join(folder, name), uid, gid);
  }
  await configure('ALTER SYSTEM SET ssl = on');
}

async function configure(sql: string): Promise<void> {
  const database = TestDatabase.at(server.url);
  await database.rows(sql);
  await database.rows('SELECT pg_reload_conf()');
  await database.close();
}

/** The server's URL, with the host name of its certificate unless another host is given. */
function url(parameters: Record<string, string> = {}, hostname = 'localhost'): string {
  const result = Object.assign(new URL(server.url), { hostname });
  for (const [name, value] of Object.entries(parameters)) result.searchParams.set(name, value);
  return result.href;
}

/** The error of a command that only connects; it uses the same code as the service. */
async function refusal(variables: Record<string, string>): Promise<string> {
  const failed = await runCommand('migrate', { args: ['show'], variables }).catch((error: unknown) => error);
  return (failed as { stderr?: string }).stderr ?? 'It was not refused.';
}

// Guarantees that a service which has to verify its database talks to no other one.
describe('the connection to PostgreSQL', () => {
  it('is always encrypted and verified if DATABASE_CA_FILE names the authority', async () => {
    const service = await ServiceProcess.start({ DATABASE_URL: url(), DATABASE_CA_FILE: caFile });
    const answer = await fetch(`${service.url}/products`);
    const database = TestDatabase.at(server.url);
    const connections = await database.rows<{ ssl: boolean }>(
      'SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = ' +
        `'mini-order-system'`,
    );
    await database.close();
    await service.stop();

    expect(answer.status).toBe(200);
    expect(connections.length).toBeGreaterThan(0);
    expect(connections.filter(({ ssl }) => !ssl)).toEqual([]);
  });

  it.each(['verify-full', 'verify-ca', 'require', 'prefer'])(
    'is verified with sslmode=%s: only a certificate of the named authority is accepted',
    async (sslmode) => {
      const foreign = join(home, `foreign-${sslmode}.pem`);
      await writeFile(foreign, new CertificateAuthority().certificate);
      const DATABASE_URL = url({ sslmode });

      const refused = await refusal({ DATABASE_URL, DATABASE_CA_FILE: foreign });
      const shown = await runCommand('migrate', {
        args: ['show'],
        variables: { DATABASE_URL, DATABASE_CA_FILE: caFile },
      });

      expect(refused).toMatch(/certificate/);
      expect(refused).not.toMatch(/SECURITY WARNING/);
      expect(shown).toMatch(/InitialSchema/);
    },
  );

  it('is refused if no public authority has signed the certificate and no other one is named', async () => {
    expect(await refusal({ DATABASE_URL: url({ sslmode: 'verify-full' }) })).toMatch(/certificate/);
  });

  it('is refused if the certificate is for another host', async () => {
    const elsewhere = url({ sslmode: 'verify-full' }, '127.0.0.1');

    expect(await refusal({ DATABASE_URL: elsewhere, DATABASE_CA_FILE: caFile })).toMatch(
      /IP: 127\.0\.0\.1 is not in the cert's list/,
    );
  });

  it('is refused if the server has no TLS, instead of continuing unencrypted', async () => {
    const { url: DATABASE_URL } = withoutTls.database;
    const service = ServiceProcess.launch({ DATABASE_URL, DATABASE_CA_FILE: caFile });

    expect((await service.exited).code).toBe(1);
    expect(service.output).toMatch(/could not start: .*does not support SSL/);
  });

  it.each<[string, Record<string, string>, RegExp, string?]>([
    [
      'unverified in production',
      { NODE_ENV: 'production' },
      /DATABASE_URL does not verify the server/,
      'no-verify',
    ],
    [
      'with an authority that is not a file',
      { DATABASE_CA_FILE: '/nowhere/ca.pem' },
      /DATABASE_CA_FILE must be a file/,
    ],
    [
      'with an authority that is not a certificate',
      { DATABASE_CA_FILE: resolve('package.json') },
      /DATABASE_CA_FILE must be a file/,
    ],
    [
      'with an authority and without TLS',
      { DATABASE_CA_FILE: resolve('package.json') },
      /DATABASE_URL has an sslmode that ignores DATABASE_CA_FILE/,
      'disable',
    ],
  ])('is not attempted %s', async (_, variables, words, sslmode = 'verify-full') => {
    const DATABASE_URL = url({ sslmode });
    const service = ServiceProcess.launch({ DATABASE_URL, ALLOW_UNSAFE_DATABASE: '', ...variables });

    expect((await service.exited).code).toBe(78);
    expect(service.output).toMatch(words);
  });
});

// Guarantees that a committed order is really durable.
describe('a server that may lose what it has committed', () => {
  const production = { NODE_ENV: 'production', ALLOW_UNSAFE_DATABASE: '' };

  it('is refused in production with the name of the setting, or used with a warning if allowed', async () => {
    const { url: DATABASE_URL } = withoutTls.database;
    const name = new URL(DATABASE_URL).pathname.slice(1);
    await withoutTls.database.rows(`ALTER DATABASE ${name} SET synchronous_commit = off`);

    const refused = ServiceProcess.launch({ ...production, DATABASE_URL });
    const { code } = await refused.exited;
    const allowed = await ServiceProcess.start({
      ...production,
      DATABASE_URL,
      ALLOW_UNSAFE_DATABASE: 'true',
    });
    await allowed.stop();

    expect(code).toBe(78);
    expect(refused.output).toMatch(/may lose committed orders in a crash: (fsync, )?synchronous_commit off/);
    expect(refused.output).toMatch(/ALLOW_UNSAFE_DATABASE/);
    expect(allowed.output).toMatch(/"level":40.*may lose committed orders in a crash/);
  });

  it('is refused as well if it is only unprotected against torn pages', async () => {
    await configure('ALTER SYSTEM SET full_page_writes = off');
    const service = ServiceProcess.launch({ ...production, DATABASE_URL: server.url });
    const { code } = await service.exited;
    await configure('ALTER SYSTEM RESET full_page_writes');

    expect(code).toBe(78);
    expect(service.output).toMatch(/may lose committed orders in a crash: full_page_writes off/);
  });

  it('is not a server with default settings, which is used without a warning', async () => {
    const service = await ServiceProcess.start({ ...production, DATABASE_URL: server.url });

    expect((await service.stop()).code).toBe(0);
    expect(service.output).not.toMatch(/"level":40/);
  });
});
