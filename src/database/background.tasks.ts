import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { setTimeout } from 'node:timers/promises';
import { ServiceBusyError } from '../common/domain-error.js';
import { asServiceBusy } from './database-errors.js';

export interface BackgroundTask {
  /** For the log. */
  readonly name: string;
  /** The pause before each run. */
  readonly everyMs: number;
  /** Must end within seconds. A longer run checks `stopping` between its steps. */
  readonly run: () => Promise<unknown>;
}

/** Runs periodic tasks beside the requests, in every process. */
@Injectable()
export class BackgroundTasks implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly stop = new AbortController();
  private readonly tasks: BackgroundTask[] = [];
  private loops: Promise<void>[] = [];

  /** Aborted when the process stops. */
  get stopping(): AbortSignal {
    return this.stop.signal;
  }

  /** Must be called in constructors. Runs of one task never overlap, and go on after a failure. */
  repeat(task: BackgroundTask): void {
    this.tasks.push(task);
  }

  onApplicationBootstrap(): void {
    this.loops = this.tasks.map((task) => this.loop(task));
  }

  /** Waits for current runs, because the pool is closed next. */
  async onModuleDestroy(): Promise<void> {
    this.stop.abort();
    await Promise.all(this.loops);
  }

  private async loop({ name, everyMs, run }: BackgroundTask): Promise<void> {
    const pause = () => setTimeout(everyMs, true, { signal: this.stopping, ref: false }).catch(() => false);
    const logger = new Logger(name);
    let lastFault: string | undefined;
    while (await pause()) {
      const error = (await run().then(() => undefined, asServiceBusy)) as Error | undefined;
      // Failing requests report an unavailable database. A persistent fault is logged once.
      const isNew = error && !(error instanceof ServiceBusyError) && error.message !== lastFault;
      if (isNew) logger.error(error);
      lastFault = error?.message;
    }
  }
}
