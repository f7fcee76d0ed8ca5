import { join, resolve } from 'node:path';
import { ensureFolder } from '../../config/secret-file.js';
import { becomesTrue, retry } from '../../common/retry.js';
import { readOrCreateSecret } from '../../config/secret-file.js';
import { withConnection } from '../with-connection.js';
import { findPostgresBinaries, type PostgresBinaries } from './binaries.js';
import { clusterExists, createCluster, SUPERUSER } from './cluster.js';
import { DataDirInUseError, OwnerLock } from './owner-lock.js';
import { findFreePort, findRunningPostmaster } from './postmaster.js';
import { ServerAccount } from './server-account.js';

const DATABASE = 'mini_order_system';
const DUPLICATE_DATABASE = '42P04';
const STARTS_MAX = 3;
const START_TIMEOUT_S = 60;
const STOP_TIMEOUT_MS = 4_000;
const READY_POLL_MS = 100;

export interface EmbeddedPostgresOptions {
  /** The folder that holds the cluster and its password; made when missing. */
  readonly dataDir: string;
  /** Told about each step that may take a moment. */
  readonly progress: (step: string) => void;
  /** Whether to use a server that another process owns, without owning it; otherwise that is an error. */
  readonly mayShare?: boolean;
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

  private constructor(
    private readonly options: EmbeddedPostgresOptions,
    private readonly clusterDir: string,
    private readonly binaries: PostgresBinaries,
    private readonly account: ServerAccount,
    private readonly password: string,
  ) {}

  /**
   * Starts the server, or takes over one that a killed service left running.
   * @throws DataDirInUseError when a living process owns it, unless it may be shared.
   */
  static async start(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
    const dataDir = resolve(options.dataDir);
    const clusterDir = join(dataDir, 'postgres');
    const binaries = await findPostgresBinaries();
    await ensureFolder(dataDir, 0o711);
    const account = await ServerAccount.choose(clusterDir, [dataDir, binaries.home]);
    const password = await readOrCreateSecret(join(dataDir, 'postgres-password'));
    const server = new EmbeddedPostgres(options, clusterDir, binaries, account, password);
    try {
      await server.boot(dataDir);
    } catch (error) {
      await server.stop();
      throw error;
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

  /** Ends the server as a crash would, without a word to its clients, and starts it again; for trying what they make of it. */
  async crashAndRecover(): Promise<void> {
    const server = await findRunningPostmaster(this.clusterDir);
    await this.signalStop('immediate');
    const isGone = async () => (await findRunningPostmaster(this.clusterDir))?.pid !== server?.pid;
    await becomesTrue(isGone, STOP_TIMEOUT_MS);
    await this.ensureRunning();
  }

  private async boot(dataDir: string): Promise<void> {
    if (!(await clusterExists(this.clusterDir))) {
      this.options.progress(`creating a PostgreSQL cluster in ${this.clusterDir} (first start only)`);
      await createCluster(this.clusterDir, this.binaries, this.account, this.password);
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

  /** A server that is there may be recovering from a crash, or about to stop: it is asked again until it answers or is gone. */
  private ensureRunning(): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_S * 1000;
    let starts = 0;
    const findOrStart = async () => {
      const running = await findRunningPostmaster(this.clusterDir);
      if (running) this.port = running.port;
      else starts += 1;
      await (running ? this.query('SELECT 1') : this.startServer());
    };
    return retry(findOrStart, () =>
      starts < STARTS_MAX && Date.now() < deadline ? READY_POLL_MS : undefined,
    );
  }

  private async startServer(): Promise<void> {
    const port = this.port || (await findFreePort());
    this.options.progress(`starting PostgreSQL on 127.0.0.1:${port}`);
    const settings = Object.entries({ port: String(port), ...this.options.settings });
    await this.account.run(this.binaries.pgCtl, [
      'start',
      '--wait',
      `--timeout=${START_TIMEOUT_S}`,
      `--pgdata=${this.clusterDir}`,
      `--log=${join(this.clusterDir, 'server.log')}`,
      `--options=${settings.map(([name, value]) => `-c ${name}=${value}`).join(' ')}`,
    ]);
    this.port = port;
  }

  private async createDatabase(): Promise<void> {
    await this.query(`CREATE DATABASE ${DATABASE}`).catch(ignoreExistingDatabase);
  }

  private async query(sql: string): Promise<void> {
    await withConnection(this.urlOf('postgres'), (client) => client.query(sql), { query_timeout: 30_000 });
  }

  /** Waits for our server alone: by the time it is gone, a successor may have started one of its own. */
  private async shutDown(): Promise<void> {
    const server = await findRunningPostmaster(this.clusterDir);
    if (!server) return;
    this.options.progress('stopping PostgreSQL');
    const isGone = async () => (await findRunningPostmaster(this.clusterDir))?.pid !== server.pid;
    await this.signalStop('fast');
    if (await becomesTrue(isGone, STOP_TIMEOUT_MS)) return;
    await this.signalStop('immediate');
    await becomesTrue(isGone, STOP_TIMEOUT_MS);
  }

  private signalStop(mode: 'fast' | 'immediate'): Promise<void> {
    return this.account.run(this.binaries.pgCtl, [
      'stop',
      '--no-wait',
      `--mode=${mode}`,
      `--pgdata=${this.clusterDir}`,
    ]);
  }

  private urlOf(database: string): string {
    return `postgresql://${SUPERUSER}:${this.password}@127.0.0.1:${this.port}/${database}`;
  }
}

function ignoreExistingDatabase(error: unknown): void {
  if ((error as { code?: string }).code !== DUPLICATE_DATABASE) throw error;
}
