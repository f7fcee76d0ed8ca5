import { ServiceBusyError } from './domain-error.js';

export interface SemaphoreLimits {
  /** Tasks that may run at the same time. */
  readonly slots: number;
  /** Tasks that may wait for a slot; more are refused at once. */
  readonly waitingMax: number;
  /** A task that has waited this long is refused. */
  readonly waitMsMax: number;
}

interface Waiting {
  readonly isUrgent: boolean;
  readonly proceed: () => void;
  readonly refuse: () => void;
}

/** Runs a bounded number of tasks at once: urgent ones first, otherwise in order of arrival. */
export class BoundedSemaphore {
  private readonly waiting: Waiting[] = [];
  private free: number;

  constructor(private readonly limits: SemaphoreLimits) {
    this.free = limits.slots;
  }

  /**
   * @param isUrgent goes before tasks that are not urgent; in a full queue it replaces the last of them.
   * @throws ServiceBusyError if the queue is full, or the wait takes too long.
   */
  async run<T>(task: () => Promise<T>, isUrgent = false): Promise<T> {
    await this.acquire(isUrgent);
    try {
      return await task();
    } finally {
      this.release();
    }
  }

  private acquire(isUrgent: boolean): Promise<void> {
    if (this.free > 0) {
      this.free -= 1;
      return Promise.resolve();
    }
    if (this.waiting.length >= this.limits.waitingMax) {
      const last = this.waiting.at(-1);
      if (!isUrgent || last === undefined || last.isUrgent) return Promise.reject(new ServiceBusyError());
      last.refuse();
    }
    return new Promise((resolve, reject) => this.enqueue(isUrgent, resolve, reject));
  }

  private enqueue(isUrgent: boolean, resolve: () => void, reject: (error: unknown) => void): void {
    const refuse = () => {
      clearTimeout(timer);
      this.waiting.splice(this.waiting.indexOf(entry), 1);
      reject(new ServiceBusyError());
    };
    const timer = setTimeout(refuse, this.limits.waitMsMax);
    const proceed = () => {
      clearTimeout(timer);
      resolve();
    };
    const entry = { isUrgent, proceed, refuse };
    const firstOther = isUrgent ? this.waiting.findIndex((other) => !other.isUrgent) : -1;
    this.waiting.splice(firstOther < 0 ? this.waiting.length : firstOther, 0, entry);
  }

  /** Passes the slot on to the next task. */
  private release(): void {
    const next = this.waiting.shift();
    if (next) next.proceed();
    else this.free += 1;
  }
}
