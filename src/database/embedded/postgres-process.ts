import type { ChildProcess } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerAccount } from './server-account.js';

const LOG = 'server.log';

/** A server that this process has started. It keeps running when this process ends. */
export class PostgresProcess {
  private fault: Error | undefined;

  private constructor(
    private readonly child: ChildProcess,
    private readonly clusterDir: string,
  ) {
    child.once('error', (error) => (this.fault = error));
    child.unref();
  }

  static async start(
    program: string,
    account: ServerAccount,
    clusterDir: string,
    settings: Readonly<Record<string, string>>,
  ): Promise<PostgresProcess> {
    const log = await open(join(clusterDir, LOG), 'w', 0o600);
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = account.spawn(program, ['-D', clusterDir, ...args], ['ignore', log.fd, log.fd]);
    await log.close();
    return new PostgresProcess(child, clusterDir);
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  get isAlive(): boolean {
    return this.fault === undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Why it has ended, from its first log file. */
  async lastWords(): Promise<string> {
    const words = this.fault?.message ?? (await readFile(join(this.clusterDir, LOG), 'utf8')).trim();
    return (
      `PostgreSQL does not start in ${this.clusterDir}; see the folder "log" there. ` +
      `To begin with an empty database, set DATA_DIR to another folder. PostgreSQL says: ${words}`
    );
  }
}
