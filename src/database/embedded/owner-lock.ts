import { Client } from 'pg';
import { delay } from '../../common/retry.js';
import { ADVISORY_LOCKS } from '../advisory-locks.js';

const RELOCK_DELAY_MS = 500;
const WAIT_FOR_PREDECESSOR_MS = 3_000;

/** Another process runs the embedded server of this data directory. */
export class DataDirInUseError extends Error {
  constructor(dataDir: string, owner: string | undefined) {
    super(
      `Another process${owner ? ` (${owner})` : ''} already runs the embedded PostgreSQL in ${dataDir}. ` +
        'Stop that one first, or give this one its own DATA_DIR, ' +
        'or set the same DATABASE_URL for both to share one database.',
    );
  }
}

/**
 * Says which process may start and stop the embedded server: the one whose connection holds
 * an advisory lock in it. The lock ends with its process, however that ends, so nothing stale
 * can be left behind.
 */
export class OwnerLock {
  private retired = false;

  private constructor(
    private readonly url: string,
    private readonly revive: () => Promise<void>,
  ) {}

  /**
   * Waits a few seconds for a predecessor that is about to stop, and takes the server down with it.
   * @param revive called when the server does not answer, to bring it back.
   * @throws DataDirInUseError
   */
  static async acquire(url: string, dataDir: string, revive: () => Promise<void>): Promise<OwnerLock> {
    const lock = new OwnerLock(url, revive);
    const deadline = Date.now() + WAIT_FOR_PREDECESSOR_MS;
    while (!(await lock.lockOrRevive())) {
      if (Date.now() > deadline) throw new DataDirInUseError(dataDir, await describeOwner(url));
      await delay(100);
    }
    return lock;
  }

  /** The owner is about to stop the server. The lock ends with it, not before: nobody can take it over in between. */
  retire(): void {
    this.retired = true;
  }

  private async tryLock(): Promise<boolean> {
    const connection = new Client({
      connectionString: this.url,
      application_name: `owner: process ${process.pid}`,
      connectionTimeoutMillis: 5_000,
      query_timeout: 5_000,
    });
    connection.on('error', () => undefined);
    const hasLock = await connectAndLock(connection).catch((error: unknown) => {
      void connection.end();
      throw error;
    });
    if (hasLock) connection.once('end', () => void this.relock());
    else await connection.end();
    return hasLock;
  }

  /** The server was restarted or ended this connection: take the lock again as soon as it answers. */
  private async relock(): Promise<void> {
    while (!this.retired) {
      await delay(RELOCK_DELAY_MS);
      if (await this.lockOrRevive()) return;
    }
  }

  private async lockOrRevive(): Promise<boolean> {
    if (this.retired) return true;
    try {
      return await this.tryLock();
    } catch {
      await this.revive().catch(() => undefined);
      return false;
    }
  }
}

async function connectAndLock(connection: Client): Promise<boolean> {
  await connection.connect();
  const { rows } = await connection.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [
    ADVISORY_LOCKS.embeddedOwner,
  ]);
  return rows[0]?.locked === true;
}

async function describeOwner(url: string): Promise<string | undefined> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000, query_timeout: 5_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ application_name: string }>(
      `SELECT application_name FROM pg_stat_activity WHERE application_name LIKE 'owner: %' LIMIT 1`,
    );
    return rows[0]?.application_name.replace('owner: ', '');
  } finally {
    await client.end();
  }
}
