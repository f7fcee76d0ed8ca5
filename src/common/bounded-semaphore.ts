import { ServiceBusyError } from './domain-error.js';

export interface SemaphoreLimits {
  /** What may run at once. */
  readonly slots: number;
  /** What may wait for a slot; more is refused at once. */
  readonly waitingMax: number;
  /** How long anything waits, in milliseconds, before it is refused. */
  readonly waitMsMax: number;
}

/** Runs a bounded number of tasks at once, in order of arrival. */
export class BoundedSemaphore {
  private readonly waiting: (() => void)[] = [];
  private free: number;

  constructor(private readonly limits: SemaphoreLimits) {
    this.free = limits.slots;
  }

  /** @throws ServiceBusyError when too many wait already, or the wait takes too long. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    await this.acquire();
    try {
      return await task();
    } finally {
      this.release();
    }
  }

  private acquire(): Promise<void> {
    if (this.free > 0) {
      this.free -= 1;
      return Promise.resolve();
    }
    if (this.waiting.length >= this.limits.waitingMax) return Promise.reject(new ServiceBusyError());
    return new Promise((resolve, reject) => {
      const proceed = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(proceed), 1);
        reject(new ServiceBusyError());
      }, this.limits.waitMsMax);
      this.waiting.push(proceed);
    });
  }

  /** The slot goes straight to the longest waiting task. */
  private release(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.free += 1;
  }
}
