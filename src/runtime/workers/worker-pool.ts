import type { Logger } from 'pino';
import type { Env } from '../../config/env.js';
import type { AppSecrets } from '../../config/secret-file.js';
import type { RequestServer } from './request-server.js';
import { WorkerSlot } from './worker-slot.js';

/**
 * `WORKERS` processes on one port. This process hands them the connections in turn; when it ends, they end.
 */
export class WorkerPool implements RequestServer {
  private slots: WorkerSlot[] = [];
  private port: number | undefined;
  private starting: { resolve: (port: number) => void; reject: (error: Error) => void } | undefined;

  /** @param giveUp told why this process has to end. */
  constructor(
    private readonly env: Env,
    private readonly logger: Logger,
    private readonly giveUp: (reason: string) => void,
  ) {}

  /**
   * Waits until all workers serve.
   * @throws Error with the words of a worker that cannot start,
   *   or when one has ended five times before it served.
   */
  start({ databaseUrl, jwtSecret }: AppSecrets): Promise<number> {
    const events = {
      // Workers do not migrate.
      environment: { DATABASE_URL: databaseUrl, JWT_SECRET: jwtSecret, MIGRATION_DATABASE_URL: '' },
      serves: (port: number) => this.onServing(port),
      hasServed: () => this.slots.some(({ hasServed }) => hasServed),
      gaveUp: (reason: string) => this.fail(reason),
    };
    const { WORKERS, STOP_DELAY_MS } = this.env;
    this.slots = Array.from({ length: WORKERS }, () => new WorkerSlot(this.logger, events, STOP_DELAY_MS));
    return new Promise((resolve, reject) => {
      this.starting = { resolve, reject };
      for (const slot of this.slots) slot.start();
    });
  }

  /** Any worker will do: only those that serve are given connections. */
  async isReady(): Promise<boolean> {
    const answers = await Promise.all(this.slots.map((slot) => slot.ask('is-ready', false)));
    return answers.includes(true);
  }

  async metrics(): Promise<string> {
    const { pageOfWorkers } = await import('../../telemetry/metrics/worker-page.js');
    return pageOfWorkers(await Promise.all(this.slots.map((slot) => slot.ask('metrics', []))));
  }

  /** @throws Error when a worker had to be killed or ended with an error. */
  async stop(): Promise<void> {
    const areClean = await Promise.all(this.slots.map((slot) => slot.stop()));
    this.starting?.reject(new Error('The service was stopped before it served.'));
    if (areClean.includes(false)) throw new Error('A worker did not stop in good order.');
  }

  private onServing(port: number): void {
    if (this.port !== undefined && this.port !== port) {
      this.logger.warn({ port }, 'no worker was left to keep the port; the service listens on another one');
    }
    this.port = port;
    if (!this.slots.every(({ hasServed }) => hasServed)) return;
    this.starting?.resolve(port);
    this.starting = undefined;
  }

  private fail(reason: string): void {
    const { starting } = this;
    this.starting = undefined;
    if (starting) starting.reject(new Error(reason));
    else this.giveUp(reason);
  }
}
