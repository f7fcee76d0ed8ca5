// A synchronous standby beside the PostgreSQL of a run, from the same embedded programs, on loopback.
import { appendFile, cp, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { becomesTrue } from '#dist/common/retry.js';
import { findPostgresBinaries } from '#dist/database/embedded/binaries.js';
import { PostgresProcess } from '#dist/database/embedded/postgres-process.js';
import { findFreePort, sendSignal } from '#dist/database/embedded/postmaster.js';
import { ServerAccount } from '#dist/database/embedded/server-account.js';

const NAME = 'standby';
const READY_MS_MAX = 30_000;

export class Standby {
  /** @param {PostgresProcess} process */
  constructor(process) {
    this.process = process;
  }

  get pid() {
    return /** @type {number} */ (this.process.pid);
  }

  /**
   * Starts a copy of a running server, and makes every COMMIT on the server wait until the copy has it on
   * disk.
   * @param {import('pg').Client} client of the server
   * @param {string} url of it
   * @param {string} clusterDir of it; the copy's lies beside it
   * @param {Record<string, string>} settings of both
   */
  static async start(client, url, clusterDir, settings) {
    const copyDir = join(clusterDir, '..', NAME);
    await copyCluster(client, clusterDir, copyDir);
    const source = Object.assign(new URL(url), { search: `application_name=${NAME}` }).href;
    await appendFile(join(copyDir, 'postgresql.auto.conf'), `primary_conninfo = '${source}'\n`);
    await writeFile(join(copyDir, 'standby.signal'), '');
    const { home, postgres } = await findPostgresBinaries();
    const account = await ServerAccount.choose(clusterDir, [join(clusterDir, '..'), home]);
    for (const path of ['', ...(await readdir(copyDir, { recursive: true }))])
      await account.own(join(copyDir, path));
    const port = String(await findFreePort());
    const standby = new Standby(
      await PostgresProcess.start(postgres, account, copyDir, { ...settings, port }),
    );
    try {
      await client.query(`ALTER SYSTEM SET synchronous_standby_names = '${NAME}'`);
      await client.query('SELECT pg_reload_conf()');
      if (!(await becomesTrue(() => isSynchronous(client), READY_MS_MAX)))
        throw new Error(`The standby does not follow. Its words: ${await standby.process.lastWords()}`);
      return standby;
    } catch (error) {
      await standby.stop();
      throw error;
    }
  }

  async stop() {
    if (this.process.isAlive) sendSignal(this.pid, 'SIGQUIT');
    await becomesTrue(() => Promise.resolve(!this.process.isAlive), READY_MS_MAX);
  }
}

/** Whether a COMMIT is on the disks of both before it is answered. @param {import('pg').Client} client */
export async function isSynchronous(client) {
  /** @type {import('pg').QueryResult<{ isSynchronous: boolean }>} */
  const { rows } = await client.query(
    `SELECT current_setting('synchronous_commit') = 'on' AND EXISTS
       (SELECT FROM pg_stat_replication WHERE application_name = $1 AND sync_state = 'sync') AS "isSynchronous"`,
    [NAME],
  );
  return rows[0]?.isSynchronous === true;
}

/**
 * A base backup without `pg_basebackup`, which is not among the embedded programs.
 * @param {import('pg').Client} client
 * @param {string} from
 * @param {string} to
 */
async function copyCluster(client, from, to) {
  await client.query('SELECT pg_backup_start($1, fast => true)', [NAME]);
  await cp(from, to, { recursive: true, filter: (path) => basename(path) !== 'postmaster.pid' });
  /** @type {import('pg').QueryResult<{ labelfile: string }>} */
  const { rows } = await client.query('SELECT labelfile FROM pg_backup_stop(wait_for_archive => false)');
  await writeFile(join(to, 'backup_label'), rows[0]?.labelfile ?? '');
}
