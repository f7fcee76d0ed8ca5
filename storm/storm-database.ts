import { join } from 'node:path';
import type { Client } from 'pg';
import { EmbeddedPostgres } from '../src/database/embedded/embedded-postgres.js';
import { withConnection } from '../src/database/with-connection.js';

const INSPECTOR_NAME = 'mini-order-system storm';

/** The database that is stormed, and ways past the service: to look into it and to disturb it. */
export class StormDatabase {
  private constructor(
    readonly url: string,
    private readonly server: EmbeddedPostgres | undefined,
  ) {}

  /** @param url a server that is there; without one, an embedded one is started in the folder. */
  static async open(
    folder: string,
    url: string | undefined,
    progress: (step: string) => void,
  ): Promise<StormDatabase> {
    if (url !== undefined) return new StormDatabase(url, undefined);
    const server = await EmbeddedPostgres.start({ dataDir: join(folder, 'data'), progress });
    return new StormDatabase(server.url, server);
  }

  async close(): Promise<void> {
    await this.server?.stop();
  }

  /** Works on a connection of its own, for a bounded time per statement. */
  connected<T>(work: (client: Client) => Promise<T>): Promise<T> {
    return withConnection(this.url, work, { application_name: INSPECTOR_NAME, query_timeout: 60_000 });
  }

  /**
   * Tells every session in the database but our own to end,
   * which takes it a moment; returns how many there were.
   */
  async terminateBackends(): Promise<number> {
    const { rowCount } = await this.connected((client) =>
      client.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name <> $1`,
        [INSPECTOR_NAME],
      ),
    );
    return rowCount ?? 0;
  }

  /** Stops the server as a crash would and starts it again; it has recovered when this returns. */
  async crash(): Promise<void> {
    if (!this.server) throw new Error('Only the embedded server can be restarted.');
    await this.server.crashAndRecover();
  }
}
