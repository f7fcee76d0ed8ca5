import cluster, { type Worker } from 'node:cluster';
import type { Logger } from 'pino';
import { type Answers, askWorker } from './questions.js';
import { RestartPolicy } from './restart-policy.js';
import { isStartFailure } from './start-failure-message.js';

/** Longer than a worker gives itself beside STOP_DELAY_MS; one that is still there then hangs. */
const STOP_MS_MAX = 7_000;

export interface SlotEvents {
  /** What workers find in their environment beside what is in ours. */
  readonly environment: Readonly<Record<string, string>>;
  /** A worker serves, on this port. */
  serves(port: number): void;
  /** Whether any worker of the service has served yet; before that, one that says why it cannot start is believed. */
  hasServed(): boolean;
  /** None is started any more. */
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

  /** Whether a worker in this place has served, at any time. */
  get hasServed(): boolean {
    return this.hasEverServed;
  }

  /** @param otherwise what is answered for a worker that is not there or does not answer in time. */
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
      // Where the system has no process for it there is no exit either.
      if (pid === undefined) this.onEnd(pid, error.message, false);
    });
  }

  /**
   * Has the worker finish what it has taken up, and sees to it that it is gone in time.
   * @returns whether it went by itself and in good order.
   */
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
    // One that has not served yet has nothing to finish, and perhaps nobody to hear the signal.
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
