import { mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PostgresBinaries } from './binaries.js';
import type { ServerAccount } from './server-account.js';

export const SUPERUSER = 'postgres';

/** Written into the cluster's configuration when it is made: loopback only, logs that rotate in place. */
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
 * Makes an empty cluster. It appears under its name only when it is complete, so a first start that is
 * killed leaves no half of one; of two that are made at once, the first in place stays.
 */
export async function createCluster(
  clusterDir: string,
  binaries: PostgresBinaries,
  account: ServerAccount,
  password: string,
): Promise<void> {
  const draftDir = await mkdtemp(join(dirname(clusterDir), 'postgres-draft-'));
  const passwordFile = `${draftDir}.password`;
  try {
    await writeFile(passwordFile, password, { mode: 0o600, flag: 'wx' });
    await Promise.all([account.own(draftDir), account.own(passwordFile)]);
    await account.run(binaries.initdb, initdbArguments(draftDir, passwordFile));
    await rename(draftDir, clusterDir).catch(ignoreExisting);
  } finally {
    await rm(passwordFile, { force: true });
    await rm(draftDir, { recursive: true, force: true });
  }
}

/** Collation by code point, the same on every machine; passwords are asked for even on loopback. */
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

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
}
