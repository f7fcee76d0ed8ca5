import { join, resolve } from 'node:path';
import { ignoring } from '../../common/ignoring.js';
import { becomesTrue, retry } from '../../common/retry.js';
import { ensureFolder, readOrCreateSecret } from '../../config/secret-file.js';
import { withConnection } from '../with-connection.js';
import { findPostgresBinaries, type PostgresBinaries } from './binaries.js';
import { clusterExists, createCluster, SUPERUSER } from './cluster.js';
import { DataDirInUseError, OwnerLock } from './owner-lock.js';
import { PostgresProcess } from './postgres-process.js';
import { findFreePort, findRunningPostmaster, processesIn, sendSignal } from './postmaster.js';
import { ServerAccount } from './server-account.js';

const DATABASE = 'mini_order_system';
const DUPLICATE_DATABASE = '42P04';
const STARTS_MAX = 3;
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 4_000;
const READY_POLL_MS = 50;

export interface EmbeddedPostgresOptions {
  /** The folder of the cluster and its password; created if missing. */
  readonly dataDir: string;
  /** Called before each step that may take a moment. */
  readonly progress: (step: string) => void;
  /** Whether to use a server that another process owns, instead of failing. */
  readonly mayShare?: boolean;
  /** What a command does that needs an existing cluster. Without it, a missing cluster is created. */
  readonly existingTo?: string;
  /** Aborts the start. */
  readonly signal?: AbortSignal;
  /** Extra server settings for this run, for example `fsync=off` in tests. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * A PostgreSQL server that the service runs itself, for machines that have none. It survives a service that
 * is killed, and the next start takes it over.
 */
export class EmbeddedPostgres {
  private ownerLock: OwnerLock | undefined;
  private port = 0;
  private child: PostgresProcess | undefined;

  private constructor(
    private readonly options: EmbeddedPostgresOptions,
    private readonly clusterDir: string,
    private readonly binaries: PostgresBinaries,
    private readonly account: ServerAccount,
    private readonly password: string,
  ) {}

  /**
   * Starts the server, or takes over one that a killed service has left running. A failed start leaves no
   * server running.
   * @throws DataDirInUseError if another process owns the server, unless it may be shared.
   */
  static async start(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
    const dataDir = resolve(options.dataDir);
    const clusterDir = join(dataDir, 'postgres');
    if (options.existingTo && !(await clusterExists(clusterDir)))
      throw new Error(
        `There is nothing to ${options.existingTo}: DATA_DIR (${dataDir}) has no database, and ` +
          'DATABASE_URL is not set.',
      );
    const binaries = await findPostgresBinaries();
    await ensureFolder(dataDir, 0o711);
    const account = await ServerAccount.choose(clusterDir, [dataDir, binaries.home]);
    const password = await readOrCreateSecret(join(dataDir, 'postgres-password'));
    const server = new EmbeddedPostgres(options, clusterDir, binaries, account, password);
    try {
      await server.boot(dataDir);
    } catch (error) {
      if (server.ownerLock) await server.stop();
      // A server that was started here may already belong to another process.
      else if (server.child && !(error instanceof DataDirInUseError)) await server.shutDown();
      throw isRefusal(error) ? new Error(wrongPassword(dataDir), { cause: error }) : error;
    }
    return server;
  }

  /** Contains the password: never log it. */
  get url(): string {
    return this.urlOf(DATABASE);
  }

  /** Stops the server and waits until it has ended, unless another process owns it. */
  async stop(): Promise<void> {
    if (await this.ownerLock?.retire()) await this.shutDown();
  }

  /** For tests: ends the server without notice, as a crash does, and starts it again. */
  async crashAndRecover(): Promise<void> {
    await this.end(['SIGQUIT']);
    await this.ensureRunning();
  }

  private async boot(dataDir: string): Promise<void> {
    if (!(await clusterExists(this.clusterDir))) {
      this.options.progress(`creating a PostgreSQL cluster in ${this.clusterDir} (first start only)`);
      const { binaries, account, password, options } = this;
      await createCluster(this.clusterDir, binaries, account, password, options.signal);
    }
    await this.ensureRunning();
    this.ownerLock = await this.takeOwnership(dataDir);
    await this.query(`CREATE DATABASE ${DATABASE}`).catch(ignoring(DUPLICATE_DATABASE));
  }

  private async takeOwnership(dataDir: string): Promise<OwnerLock | undefined> {
    try {
      return await OwnerLock.acquire(this.urlOf('postgres'), dataDir, {
        revive: () => this.ensureRunning(),
        lost: () => this.options.progress(`another process has taken over the PostgreSQL in ${dataDir}`),
      });
    } catch (error) {
      if (error instanceof DataDirInUseError && this.options.mayShare) return undefined;
      throw error;
    }
  }

  /**
   * Waits until a server that recovers from a crash or stops has done so. A server that was killed may have
   * left child processes; PostgreSQL does not start before they have ended.
   */
  private ensureRunning(): Promise<void> {
    const mayAskAgain = this.deadline();
    let starts = 0;
    const findOrStart = async () => {
      const running = await findRunningPostmaster(this.clusterDir);
      if (running) this.port = running.port;
      else if ((await processesIn(this.clusterDir)).length > 0)
        throw new Error(
          `A killed PostgreSQL has left processes in ${this.clusterDir}. End them, and try again.`,
        );
      else starts += 1;
      await (running ? this.query('SELECT 1') : this.startServer());
    };
    return retry(findOrStart, (error) =>
      starts < STARTS_MAX && mayAskAgain(error) ? READY_POLL_MS : undefined,
    );
  }

  private deadline(): (error: unknown) => boolean {
    const end = Date.now() + START_TIMEOUT_MS;
    return (error) => !isRefusal(error) && Date.now() < end && this.options.signal?.aborted !== true;
  }

  private async startServer(): Promise<void> {
    this.options.signal?.throwIfAborted();
    this.port ||= await findFreePort();
    this.options.progress(`starting PostgreSQL on 127.0.0.1:${this.port}`);
    const settings = { port: String(this.port), ...this.options.settings };
    const { postgres } = this.binaries;
    const server = await PostgresProcess.start(postgres, this.account, this.clusterDir, settings);
    this.child = server;
    const mayAskAgain = this.deadline();
    await retry(
      () => this.query('SELECT 1'),
      (error) => (server.isAlive && mayAskAgain(error) ? READY_POLL_MS : undefined),
    ).catch(async (error: unknown) => {
      throw server.isAlive ? error : new Error(await server.lastWords());
    });
  }

  private async query(sql: string): Promise<void> {
    await withConnection(this.urlOf('postgres'), (client) => client.query(sql), { query_timeout: 30_000 });
  }

  private async shutDown(): Promise<void> {
    this.options.progress('stopping PostgreSQL');
    await this.end(['SIGINT', 'SIGQUIT']);
  }

  /**
   * Sends one signal after the other until the server has ended: SIGINT shuts it down, SIGQUIT aborts it.
   * Watches this server by its pid, because a successor may start another one meanwhile.
   */
  private async end(signals: readonly NodeJS.Signals[]): Promise<void> {
    const child = this.child?.isAlive ? this.child : undefined;
    const pid = (await findRunningPostmaster(this.clusterDir))?.pid ?? child?.pid;
    if (pid === undefined) return;
    const isGone = async () => !child?.isAlive && !(await processesIn(this.clusterDir, pid)).includes(pid);
    for (const signal of signals) {
      sendSignal(pid, signal);
      if (await becomesTrue(isGone, STOP_TIMEOUT_MS)) return;
    }
  }

  private urlOf(database: string): string {
    return `postgresql://${SUPERUSER}:${this.password}@127.0.0.1:${this.port}/${database}`;
  }
}

/** SQLSTATE class 28, invalid authorization. */
function isRefusal(error: unknown): boolean {
  return (error as { code?: string }).code?.startsWith('28') === true;
}

function wrongPassword(dataDir: string): string {
  return (
    `The password in ${dataDir}/postgres-password does not fit its cluster. Restore the file, or set ` +
    'another DATA_DIR.'
  );
}
