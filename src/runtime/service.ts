import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Env } from '../config/env.js';
import { type AppSecrets, readOrCreateSecret } from '../config/secret-file.js';
import { runMigrations } from '../database/migrator.js';
import { type OpenDatabase, openDatabase } from './open-database.js';
import { assertReliable } from '../database/server-check.js';
import { assertGranted } from '../database/service-grants.js';
import { withConnection } from '../database/with-connection.js';
import { assertCanListen } from './assert-can-listen.js';
import { startOperationsServer } from './operations-server.js';
import type { CreateApp, RequestServer } from './workers/request-server.js';
import type { ProcessRole } from '../config/process-role.js';

export interface ServiceOptions {
  readonly role: ProcessRole;
  readonly createApp: CreateApp;
  /** Aborts the start. */
  readonly signal: AbortSignal;
  /** Called with the reason when the service cannot go on and has to be stopped. */
  readonly giveUp: (reason: string) => void;
}

/** The whole service: starts from the database up, and stops in the opposite order. */
export class Service {
  private database: Promise<OpenDatabase> | undefined;
  private server: RequestServer | undefined;
  private operations: Server | undefined;

  constructor(
    private readonly env: Env,
    private readonly logger: Logger,
    private readonly options: ServiceOptions,
  ) {}

  /** Resolves when requests are served. After an error, `stop` must still be called. */
  async start(): Promise<void> {
    if (this.options.role !== 'worker') await assertCanListen(this.env);
    this.server = await this.chooseServer();
    await this.openOperations(this.server);
    const port = await this.server.start(await this.prepare());
    if (this.options.role !== 'worker') this.announce(urlOf(this.env.HOST, port));
  }

  /** Becomes not ready, waits for STOP_DELAY_MS, and then finishes its requests within 10 s. */
  async stop(): Promise<void> {
    try {
      await this.server?.stop();
    } finally {
      const database = await this.database?.catch(() => undefined);
      await database?.close();
      this.operations?.close();
      this.operations?.closeAllConnections();
    }
  }

  /** First, so that the start can be observed. The primary answers for its workers. */
  private async openOperations(server: RequestServer): Promise<void> {
    const { METRICS_PORT: port, METRICS_HOST: host } = this.env;
    if (port === undefined || this.options.role === 'worker') return;
    this.operations = await startOperationsServer(port, host, server);
    const address = this.operations.address() as AddressInfo;
    this.logger.info(`metrics are at ${urlOf(host, address.port)}/metrics`);
  }

  /** Once for all workers. */
  private async prepare(): Promise<AppSecrets> {
    const { env, logger } = this;
    const { role, signal } = this.options;
    const jwtSecret = env.JWT_SECRET ?? (await readOrCreateSecret(join(env.DATA_DIR, 'jwt-secret')));
    this.database = openDatabase(env, (step) => logger.info(step), { signal });
    const database = await this.database;
    const databaseUrl = role === 'worker' ? database.url : await this.prepareDatabase(database);
    return { databaseUrl, jwtSecret };
  }

  /** Loads only what this role needs, to save memory. */
  private async chooseServer(): Promise<RequestServer> {
    if (this.options.role === 'primary') {
      const { WorkerPool } = await import('./workers/worker-pool.js');
      return new WorkerPool(this.env, this.logger, this.options.giveUp);
    }
    const { HttpServer } = await import('./http-server.js');
    return new HttpServer(this.env, this.logger, this.options.createApp);
  }

  /** Prints the line at every log level. */
  private announce(url: string): void {
    const line = `Mini Order System is ready at ${url} and documented at ${url}/docs`;
    if (this.logger.isLevelEnabled('info')) this.logger.info(line);
    else console.log(line);
  }

  /** @returns the URL for the service. */
  private async prepareDatabase({ url, migrationUrl }: OpenDatabase): Promise<string> {
    const serviceUrl = await assertReliable(url, this.env, this.logger);
    const executed = await runMigrations(migrationUrl, url);
    if (executed.length > 0) this.logger.info(`migrated the database: ${executed.join(', ')}`);
    await withConnection(serviceUrl, assertGranted);
    return serviceUrl;
  }
}

function urlOf(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
