import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { setTimeout } from 'node:timers/promises';
import { ServiceBusyError } from '../common/domain-error.js';
import { asServiceBusy } from './database-errors.js';

export interface BackgroundTask {
  /** For the log. */
  readonly name: string;
  /** The pause before the first run and after each. */
  readonly everyMs: number;
  /** Must end by itself within seconds; between its steps it may look whether the process is stopping. */
  readonly run: () => Promise<unknown>;
}

/** What every process does again and again beside its requests, from its start until it stops. */
@Injectable()
export class BackgroundTasks implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly stop = new AbortController();
  private readonly tasks: BackgroundTask[] = [];
  private loops: Promise<void>[] = [];

  /** Aborted when the process stops. */
  get stopping(): AbortSignal {
    return this.stop.signal;
  }

  /** To be called by constructors. One run of a task at a time; a failure does not end it. */
  repeat(task: BackgroundTask): void {
    this.tasks.push(task);
  }

  onApplicationBootstrap(): void {
    this.loops = this.tasks.map((task) => this.loop(task));
  }

  /** Waits for the runs that are under way; the pool is closed after it. */
  async onModuleDestroy(): Promise<void> {
    this.stop.abort();
    await Promise.all(this.loops);
  }

  private async loop({ name, everyMs, run }: BackgroundTask): Promise<void> {
    const pause = () => setTimeout(everyMs, true, { signal: this.stopping, ref: false }).catch(() => false);
    const logger = new Logger(name);
    let known: string | undefined;
    while (await pause()) {
      const error = (await run().then(() => undefined, asServiceBusy)) as Error | undefined;
      // A database that is away is reported by those who ask for something, and a fault that stays only once.
      const isNews = error && !(error instanceof ServiceBusyError) && error.message !== known;
      if (isNews) logger.error(error);
      known = error?.message;
    }
  }
}
