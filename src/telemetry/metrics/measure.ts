import { Gauge, type Histogram } from 'prom-client';
import type { Watcher } from '../../common/observation.js';

/** A number as it is at the moment of looking. */
export function measure(name: string, help: string, read: () => number): void {
  new Gauge({
    name,
    help,
    collect() {
      this.set(read());
    },
  });
}

/** Times work, whether it succeeds or not. */
export function timing<Subject, Result>(durations: Histogram): Watcher<Subject, Result> {
  return (work) => {
    const end = durations.startTimer();
    return work().finally(() => end());
  };
}
