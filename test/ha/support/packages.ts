import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const POSTGRESQL = '/usr/lib/postgresql';

/** The Debian packages and the program that is needed of each. */
const PROGRAMS = {
  haproxy: '/usr/sbin/haproxy',
  pgbouncer: '/usr/sbin/pgbouncer',
  patroni: '/usr/bin/patroni',
  'etcd-server': '/usr/bin/etcd',
  postgresql: join(newestPostgresql(), 'bin', 'postgres'),
};

export type Package = keyof typeof PROGRAMS;

/** The account that runs a program, for `spawn`; by default the one that runs the script. */
export interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

export class MissingPackagesError extends Error {}

/** @throws MissingPackagesError that names them all at once. */
export function needPackages(...packages: Package[]): void {
  const missing = packages.filter((name) => !existsSync(PROGRAMS[name]));
  if (missing.length === 0) return;
  throw new MissingPackagesError(
    `These Debian packages are missing: ${missing.join(', ')}\n` +
      // Patroni's module for etcd, which the package only recommends.
      '  apt-get install -y --no-install-recommends ' +
      `${missing.join(' ')}${missing.includes('patroni') ? ' python3-etcd' : ''}`,
  );
}

export function programOf(name: Package): string {
  return PROGRAMS[name];
}

/** The folder with the programs of the newest PostgreSQL of Debian. */
export const POSTGRESQL_BIN = join(newestPostgresql(), 'bin');

function newestPostgresql(): string {
  const versions = existsSync(POSTGRESQL) ? readdirSync(POSTGRESQL) : [];
  const newest = versions.sort((a, b) => Number(b) - Number(a))[0] ?? 'none';
  return join(POSTGRESQL, newest);
}

/** PostgreSQL and PgBouncer refuse root, so root runs them as `postgres`, an account of Debian's package. */
export function databaseAccount(): Account {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
