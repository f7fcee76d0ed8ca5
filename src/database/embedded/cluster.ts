import { cp, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { platform, userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { ignoring } from '../../common/ignoring.js';
import type { PostgresBinaries } from './binaries.js';
import type { ServerAccount } from './server-account.js';

export const SUPERUSER = 'postgres';

/** The configuration of a new cluster: loopback only, and a log file for each day of the week. */
const CLUSTER_SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  logging_collector: 'on',
  log_filename: 'postgresql-%a.log',
  log_truncate_on_rotation: 'on',
  log_rotation_age: '1d',
  log_rotation_size: '0',
};

export function clusterExists(clusterDir: string): Promise<boolean> {
  return stat(join(clusterDir, 'PG_VERSION')).then(
    () => true,
    () => false,
  );
}

/**
 * Creates an empty cluster in a temporary folder, which is renamed when it is complete: a first start that is
 * killed leaves no partial cluster, and of two concurrent ones, the first to finish stays.
 */
export async function createCluster(
  clusterDir: string,
  binaries: PostgresBinaries,
  account: ServerAccount,
  password: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  assertUserHasAccount();
  const draftDir = await mkdtemp(join(dirname(clusterDir), 'postgres-draft-'));
  const passwordFile = `${draftDir}.password`;
  try {
    await writeFile(passwordFile, password, { mode: 0o600, flag: 'wx' });
    await Promise.all([account.own(draftDir), account.own(passwordFile)]);
    await runInitdb(binaries, account, initdbArguments(draftDir, passwordFile), signal).catch(withAdvice);
    await rename(draftDir, clusterDir).catch(ignoring('ENOTEMPTY', 'EEXIST'));
  } finally {
    await rm(passwordFile, { force: true });
    await rm(draftDir, { recursive: true, force: true });
  }
}

/** `initdb` passes its own path to a shell. If a shell would interpret that path, a copy is run instead. */
async function runInitdb(
  { home, initdb }: PostgresBinaries,
  account: ServerAccount,
  args: string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  if (platform() === 'win32' || !/["$`\\\n]/.test(home)) return account.run(initdb, args, signal);
  const copy = await mkdtemp('/tmp/postgres-programs-');
  try {
    await cp(join(home, 'native'), copy, { recursive: true, verbatimSymlinks: true });
    await account.own(copy);
    await account.run(join(copy, 'bin', basename(initdb)), args, signal);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

function withAdvice(error: Error): never {
  throw new Error(`PostgreSQL cannot create a cluster in DATA_DIR: ${error.message}`, { cause: error });
}

/** `initdb` asks the system for the name of its user. */
function assertUserHasAccount(): void {
  try {
    userInfo();
  } catch {
    throw new Error(
      `The user id ${process.getuid?.()} has no account on this machine (no line in /etc/passwd), ` +
        'which PostgreSQL needs to create a cluster. Start the service as a user with an account, or set ' +
        'DATABASE_URL.',
    );
  }
}

/** Sorts text by code point, so the same on every machine, and requires passwords even on loopback. */
function initdbArguments(dataDir: string, passwordFile: string): string[] {
  return [
    `--pgdata=${dataDir}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
    ...Object.entries(CLUSTER_SETTINGS).map(([name, value]) => `--set=${name}=${value}`),
  ];
}
