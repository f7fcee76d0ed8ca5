import { join, resolve } from 'node:path';
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
  /** The folder that holds the cluster and its password; made when missing. */
  readonly dataDir: string;
  /** Told about each step that may take a moment. */
  readonly progress: (step: string) => void;
  /** Whether to use a server that another process owns, without owning it; otherwise that is an error. */
  readonly mayShare?: boolean;
  /** What somebody wants to do with a cluster that is there; without it, one is made. */
  readonly existingTo?: string;
  /** Ends a start that is under way, which then fails. */
  readonly signal?: AbortSignal;
  /** Extra server settings of this run, for example `fsync=off` in tests. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * A real PostgreSQL server of the service's own, kept in `dataDir`, for machines that have
 * none. It outlives a service that is killed; the next start finds it and takes it over.
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
   * Starts the server, or takes over one that a killed service
   * left running. A start that fails leaves none behind.
   * @throws DataDirInUseError when a living process owns it, unless it may be shared.
   */
  static async start(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
    const dataDir = resolve(options.dataDir);
    const clusterDir = join(dataDir, 'postgres');
    if (options.existingTo && !(await clusterExists(clusterDir)))
      throw new Error(
        `There is nothing to ${options.existingTo}: DATA_DIR (${dataDir}) is empty, and DATABASE_URL ` +
          'is not set.',
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
      // Started here, and owned by another process by now, it is that one's.
      else if (server.child && !(error instanceof DataDirInUseError)) await server.shutDown();
      throw isRefusal(error) ? new Error(wrongPassword(dataDir), { cause: error }) : error;
    }
    return server;
  }

  /** The connection string of the service's database. Contains the password: never log it. */
  get url(): string {
    return this.urlOf(DATABASE);
  }

  /** Stops the server and waits until its files are closed; one that another process owns is left alone. */
  async stop(): Promise<void> {
    if (await this.ownerLock?.retire()) await this.shutDown();
  }

  /**
   * Ends the server as a crash would, without a word to its
   * clients, and starts it again; for trying what they make of it.
   */
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
    await this.createDatabase();
  }

  private async takeOwnership(dataDir: string): Promise<OwnerLock | undefined> {
    try {
      return await OwnerLock.acquire(this.urlOf('postgres'), dataDir, {
        revive: () => this.ensureRunning(),
        lost: () => {
          this.options.progress(`another process has taken over the PostgreSQL in ${dataDir}`);
        },
      });
    } catch (error) {
      if (error instanceof DataDirInUseError && this.options.mayShare) return undefined;
      throw error;
    }
  }

  /**
   * A server that is there may be recovering from a crash, or about to stop:
   * it is asked again until it answers or is gone. One that has died may
   * have left processes, beside which PostgreSQL does not start another.
   */
  private ensureRunning(): Promise<void> {
    const mayAskAgain = this.deadline();
    let starts = 0;
    const findOrStart = async () => {
      const running = await findRunningPostmaster(this.clusterDir);
      if (running) this.port = running.port;
      else if ((await processesIn(this.clusterDir)).length > 0)
        throw new Error(`Processes of a server that has died are still in ${this.clusterDir}.`);
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

  private async createDatabase(): Promise<void> {
    await this.query(`CREATE DATABASE ${DATABASE}`).catch(ignoreExistingDatabase);
  }

  private async query(sql: string): Promise<void> {
    await withConnection(this.urlOf('postgres'), (client) => client.query(sql), { query_timeout: 30_000 });
  }

  private async shutDown(): Promise<void> {
    this.options.progress('stopping PostgreSQL');
    await this.end(['SIGINT', 'SIGQUIT']);
  }

  /**
   * Sends one signal after the other until the server is gone: SIGINT ends it in good order, SIGQUIT at once.
   * Waits for our server alone: by the time it is gone, a successor may have started one of its own.
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

function ignoreExistingDatabase(error: unknown): void {
  if ((error as { code?: string }).code !== DUPLICATE_DATABASE) throw error;
}

/** SQLSTATE class 28, invalid authorization. */
function isRefusal(error: unknown): boolean {
  return (error as { code?: string }).code?.startsWith('28') === true;
}

function wrongPassword(dataDir: string): string {
  return (
    `The password in ${dataDir}/postgres-password is not that of its cluster. Restore it, or set another ` +
    'DATA_DIR.'
  );
}
