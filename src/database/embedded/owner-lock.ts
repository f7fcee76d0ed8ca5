import { delay } from '../../common/retry.js';
import { ADVISORY_LOCKS } from '../advisory-locks.js';
import { SessionClient } from '../session-client.js';
import { withConnection } from '../with-connection.js';

const TRY_LOCK = 'SELECT pg_try_advisory_lock($1) AS held';
const RELOCK_DELAY_MS = 500;
const WAIT_FOR_PREDECESSOR_MS = 3_000;

export class DataDirInUseError extends Error {
  constructor(dataDir: string, owner: string | undefined) {
    super(
      `Another process${owner ? ` (${owner})` : ''} already runs the embedded PostgreSQL in ${dataDir}. ` +
        'Stop that process first, or set another DATA_DIR for this one. ' +
        'To share one database, set the same DATABASE_URL for both.',
    );
  }
}

type Outcome = 'held' | 'taken' | 'down';

export interface OwnerLockEvents {
  /** Called when the server does not answer, to restart it. */
  revive(): Promise<void>;
  /** Called when another process has become the owner. */
  lost(): void;
}

/**
 * The process whose connection holds an advisory lock owns the embedded server, and may start and stop it.
 * The lock ends with its process, so it can never be stale.
 */
export class OwnerLock {
  private held = false;
  private retired = false;
  private pending: Promise<Outcome> | undefined;

  private constructor(
    private readonly url: string,
    private readonly events: OwnerLockEvents,
  ) {}

  /** Waits a few seconds for a predecessor that is stopping. @throws DataDirInUseError */
  static async acquire(url: string, dataDir: string, events: OwnerLockEvents): Promise<OwnerLock> {
    const lock = new OwnerLock(url, events);
    const deadline = Date.now() + WAIT_FOR_PREDECESSOR_MS;
    while ((await lock.attempt()) !== 'held') {
      if (Date.now() > deadline) throw new DataDirInUseError(dataDir, await describeOwner(url));
      await delay(100);
    }
    return lock;
  }

  /**
   * Must be called before the server is stopped. The lock is held until the server ends, so that nobody can
   * take the server over in between.
   * @returns whether this process is the owner and may stop the server.
   */
  async retire(): Promise<boolean> {
    this.retired = true;
    await this.pending;
    return this.held || (await this.attempt()) === 'held';
  }

  private attempt(): Promise<Outcome> {
    this.pending = this.lockOrRevive();
    return this.pending;
  }

  private async lockOrRevive(): Promise<Outcome> {
    try {
      return (await this.tryLock()) ? 'held' : 'taken';
    } catch {
      if (!this.retired) await this.events.revive().catch(() => undefined);
      return 'down';
    }
  }

  private async tryLock(): Promise<boolean> {
    const connection = new SessionClient({
      connectionString: this.url,
      application_name: `owner: process ${process.pid}`,
      connectionTimeoutMillis: 5_000,
      query_timeout: 5_000,
    });
    try {
      await connection.connect();
      const { rows } = await connection.query<{ held: boolean }>(TRY_LOCK, [ADVISORY_LOCKS.embeddedOwner]);
      this.held = rows[0]?.held === true;
    } catch (error) {
      void connection.end();
      throw error;
    }
    if (this.held) connection.once('end', () => void this.relock());
    else await connection.end();
    return this.held;
  }

  /** After the connection was lost, takes the lock again as soon as it is free. */
  private async relock(): Promise<void> {
    this.held = false;
    let wasTaken = false;
    while (!this.retired) {
      const outcome = await this.attempt();
      if (outcome === 'held') return;
      if (outcome === 'taken' && !wasTaken) this.events.lost();
      wasTaken ||= outcome === 'taken';
      await delay(RELOCK_DELAY_MS);
    }
  }
}

function describeOwner(url: string): Promise<string | undefined> {
  return withConnection(url, async (client) => {
    const { rows } = await client.query<{ application_name: string }>(
      `SELECT application_name FROM pg_stat_activity WHERE application_name LIKE 'owner: %' LIMIT 1`,
    );
    return rows[0]?.application_name.replace('owner: ', '');
  });
}
