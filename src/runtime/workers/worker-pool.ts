import type { Logger } from 'pino';
import type { Env } from '../../config/env.js';
import type { AppSecrets } from '../../config/secret-file.js';
import type { RequestServer } from './request-server.js';
import { WorkerSlot } from './worker-slot.js';

/** `WORKERS` processes on one port. This process distributes the connections, and the workers end with it. */
export class WorkerPool implements RequestServer {
  private slots: WorkerSlot[] = [];
  private port: number | undefined;
  private starting: { resolve: (port: number) => void; reject: (error: Error) => void } | undefined;

  /** @param giveUp called with the reason when this process has to end. */
  constructor(
    private readonly env: Env,
    private readonly logger: Logger,
    private readonly giveUp: (reason: string) => void,
  ) {}

  /**
   * Waits until all workers serve.
   * @throws Error with the reason if a worker cannot start, or has ended five times before it served.
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

  /** One ready worker is enough: only workers that serve get connections. */
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
    this.starting?.reject(new Error('The service was stopped before it was ready.'));
    if (areClean.includes(false)) throw new Error('A worker did not stop cleanly.');
  }

  private onServing(port: number): void {
    if (this.port !== undefined && this.port !== port) {
      this.logger.warn({ port }, 'all workers have ended, so the service now listens on another port');
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
