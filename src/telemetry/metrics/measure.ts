import { Gauge, type Histogram } from 'prom-client';

/** A gauge that is read when the metrics are collected. */
export function measure(name: string, help: string, read: () => number): void {
  new Gauge({
    name,
    help,
    collect() {
      this.set(read());
    },
  });
}

/** Times work, whether it succeeds or fails. */
export function timed<T>(durations: Histogram, work: () => Promise<T>): Promise<T> {
  const end = durations.startTimer();
  return work().finally(end);
}
