import { join } from 'node:path';
import type { Client } from 'pg';
import { EmbeddedPostgres } from '../src/database/embedded/embedded-postgres.js';
import { withConnection } from '../src/database/with-connection.js';

const INSPECTOR_NAME = 'mini-order-system storm';

/** The database of a storm, with direct access to inspect and disturb it. */
export class StormDatabase {
  private constructor(
    readonly url: string,
    private readonly server: EmbeddedPostgres | undefined,
  ) {}

  /** @param url an existing server; without it, an embedded one is started in the folder. */
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

  /** Runs work on its own connection, with a time limit per statement. */
  connected<T>(work: (client: Client) => Promise<T>): Promise<T> {
    return withConnection(this.url, work, { application_name: INSPECTOR_NAME, query_timeout: 60_000 });
  }

  /** Tells every other session of the database to end, which takes a moment. @returns their number. */
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
