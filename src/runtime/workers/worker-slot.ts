import cluster, { type Worker } from 'node:cluster';
import type { Logger } from 'pino';
import { type Answers, askWorker } from './questions.js';
import { RestartPolicy } from './restart-policy.js';
import { isStartFailure } from './start-failure-message.js';

/** Longer than a worker gives itself beside STOP_DELAY_MS. */
const STOP_MS_MAX = 7_000;

export interface SlotEvents {
  /** Beside ours. */
  readonly environment: Readonly<Record<string, string>>;
  serves(port: number): void;
  /** Before any worker has served, the first one that cannot start ends the service. */
  hasServed(): boolean;
  gaveUp(reason: string): void;
}

/** The place of one worker: when it ends, another takes it. */
export class WorkerSlot {
  private readonly restarts = new RestartPolicy();
  private worker: Worker | undefined;
  private servesSince: number | undefined;
  private hasEverServed = false;
  private failure: string | undefined;
  private restartTimer: NodeJS.Timeout | undefined;
  private isStopping = false;
  private onGone: ((isClean: boolean) => void) | undefined;

  constructor(
    private readonly logger: Logger,
    private readonly events: SlotEvents,
    private readonly stopDelayMs: number,
  ) {}

  get hasServed(): boolean {
    return this.hasEverServed;
  }

  /** @param otherwise the answer for a worker that gives none in time. */
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
      if (this.hasEverServed)
        this.logger.info({ worker: pid }, 'a worker serves in the place of one that has ended');
      this.hasEverServed = true;
      this.events.serves(port);
    });
    worker.once('exit', (code: number | null, signal: string | null) => {
      this.onEnd(pid, signal ?? `exit code ${code}`, code === 0);
    });
    worker.on('error', (error) => {
      // A process that could not be made does not exit.
      if (pid === undefined) this.onEnd(pid, error.message, false);
    });
  }

  /** @returns whether the worker has ended by itself and in good order. */
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
    // One that has not served yet has nothing to finish.
    if (this.isStopping) this.onGone?.(isClean || this.servesSince === undefined);
    else this.replace(pid, how);
  }

  private replace(pid: number | undefined, how: string): void {
    const servedMs = this.servesSince === undefined ? undefined : Date.now() - this.servesSince;
    const isHopeless = this.failure !== undefined && !this.events.hasServed();
    const delayMs = isHopeless ? undefined : this.restarts.delayMsAfter(servedMs);
    const why = this.failure ?? (servedMs === undefined ? `A worker ended before it served (${how}).` : how);
    if (delayMs === undefined) this.events.gaveUp(why);
    else this.startAfter(delayMs, pid, why);
  }

  private startAfter(delayMs: number, pid: number | undefined, why: string): void {
    this.logger.warn(
      { worker: pid, why, restart_in_ms: delayMs },
      'a worker has ended; another takes its place',
    );
    this.restartTimer = setTimeout(() => {
      this.start();
    }, delayMs);
  }
}
