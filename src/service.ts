import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { createApp } from './app.setup.js';
import { delay } from './common/retry.js';
import type { Env } from './config/env.js';
import { readOrCreateSecret } from './config/secret-file.js';
import { runMigrations } from './database/migrator.js';
import { type OpenDatabase, openDatabase } from './database/open-database.js';
import { Shutdown } from './operations/shutdown.js';

/** How long requests may take to finish once the service stops; the embedded server needs the rest of 10 s. */
const DRAIN_MS = 5_000;
/** How long the last answers have to leave before connections that stay open are closed. */
const LINGER_MS = 250;

/** The service as a whole, from the database up: started in order, stopped in the opposite order. */
export class Service {
  private database: OpenDatabase | undefined;
  private app: NestFastifyApplication | undefined;

  constructor(
    private readonly env: Env,
    private readonly logger: Logger,
  ) {}

  /** Returns when requests are served. After an error, `stop` still has to be called. */
  async start(): Promise<void> {
    const { env, logger } = this;
    this.database = await openDatabase(env, (step) => logger.info(step));
    await this.migrate(this.database.url);
    const jwtSecret = env.JWT_SECRET ?? (await readOrCreateSecret(join(env.DATA_DIR, 'jwt-secret')));
    this.app = await createApp(env, { databaseUrl: this.database.url, jwtSecret }, logger);
    await this.app.listen(env.PORT, env.HOST);
    this.announce(readyLine(env.HOST, (this.app.getHttpServer().address() as AddressInfo).port));
  }

  /**
   * Takes nothing new, lets what was taken up finish, then closes the database. Ends within 10 s:
   * connections that stay idle or half-sent after that are closed.
   */
  async stop(): Promise<void> {
    await this.drain();
    await this.database?.close();
  }

  /** The one line that is printed at every log level. */
  private announce(line: string): void {
    if (this.logger.isLevelEnabled('info')) this.logger.info(line);
    else console.log(line);
  }

  private async migrate(url: string): Promise<void> {
    const executed = await runMigrations(url);
    if (executed.length > 0) this.logger.info(`migrated the database: ${executed.join(', ')}`);
  }

  private async drain(): Promise<void> {
    if (!this.app) return;
    const shutdown = this.app.get(Shutdown);
    if (shutdown.takenUp > 0) this.logger.info(`finishing ${shutdown.takenUp} requests`);
    const finished = shutdown.begin(DRAIN_MS);
    const closed = this.app.close();
    await finished;
    await Promise.race([closed, delay(LINGER_MS)]);
    this.app.getHttpServer().closeAllConnections();
    await closed;
  }
}

function readyLine(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  const url = `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
  return `Mini Order System is ready at ${url} and explains itself at ${url}/docs`;
}
