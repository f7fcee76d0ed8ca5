import cluster, { type Worker } from 'node:cluster';
import type { Logger } from 'pino';
import { type Answers, askWorker } from './questions.js';
import { RestartPolicy } from './restart-policy.js';
import { isStartFailure } from './start-failure-message.js';

/** After STOP_DELAY_MS; longer than the deadline of the worker itself. */
const STOP_MS_MAX = 7_000;

export interface SlotEvents {
  /** Added to the environment of this process. */
  readonly environment: Readonly<Record<string, string>>;
  serves(port: number): void;
  /** Whether any worker has served. Before that, a worker that cannot start ends the service. */
  hasServed(): boolean;
  gaveUp(reason: string): void;
}

/** Keeps one worker running: when it ends, another one replaces it. */
export class WorkerSlot {
  private readonly restarts = new RestartPolicy();
  private worker: Worker | undefined;
  private servesSince: number | undefined;
  hasServed = false;
  private failure: string | undefined;
  private restartTimer: NodeJS.Timeout | undefined;
  private isStopping = false;
  private onGone: ((isClean: boolean) => void) | undefined;

  constructor(
    private readonly logger: Logger,
    private readonly events: SlotEvents,
    private readonly stopDelayMs: number,
  ) {}

  /** @param otherwise the answer if the worker gives none in time. */
  ask<Q extends keyof Answers>(question: Q, otherwise: Answers[Q]): Promise<Answers[Q]> {
    return this.worker ? askWorker(this.worker, question, otherwise) : Promise.resolve(otherwise);
  }

  start(): void {
    const worker = cluster.fork(this.events.environment);
    const { pid } = worker.process;
    this.worker = worker;
    this.servesSince = undefined;
    this.failure = undefined;
    worker.on('message', (message: unknown) => {
      if (isStartFailure(message)) this.failure = message.startFailure;
    });
    worker.once('listening', ({ port }: { port: number }) => {
      this.servesSince = Date.now();
      if (this.hasServed) this.logger.info({ worker: pid }, 'a worker serves in place of one that has ended');
      this.hasServed = true;
      this.events.serves(port);
    });
    worker.once('exit', (code: number | null, signal: string | null) => {
      this.onEnd(pid, signal ?? `exit code ${code}`, code === 0);
    });
    worker.on('error', (error) => {
      // A process that could not be created emits no exit event.
      if (pid === undefined) this.onEnd(pid, error.message, false);
    });
  }

  /** @returns whether the worker has stopped cleanly. */
  stop(): Promise<boolean> {
    this.isStopping = true;
    clearTimeout(this.restartTimer);
    const worker = this.worker?.process;
    if (!worker) return Promise.resolve(true);
    worker.kill('SIGTERM');
    const timer = setTimeout(() => worker.kill('SIGKILL'), this.stopDelayMs + STOP_MS_MAX);
    return new Promise((resolve) => {
      this.onGone = (isClean) => {
        clearTimeout(timer);
        resolve(isClean);
      };
    });
  }

  private onEnd(pid: number | undefined, how: string, isClean: boolean): void {
    this.worker = undefined;
    // A worker that has not served yet has nothing to finish.
    if (this.isStopping) this.onGone?.(isClean || this.servesSince === undefined);
    else this.replace(pid, how);
  }

  private replace(pid: number | undefined, how: string): void {
    const servedMs = this.servesSince === undefined ? undefined : Date.now() - this.servesSince;
    const isHopeless = this.failure !== undefined && !this.events.hasServed();
    const delayMs = isHopeless ? undefined : this.restarts.delayMsAfter(servedMs);
    const why = this.failure ?? (servedMs === undefined ? `A worker ended before it served (${how}).` : how);
    if (delayMs === undefined) return this.events.gaveUp(why);
    const details = { worker: pid, why, restart_in_ms: delayMs };
    this.logger.warn(details, 'a worker has ended and will be replaced');
    this.restartTimer = setTimeout(() => this.start(), delayMs);
  }
}
