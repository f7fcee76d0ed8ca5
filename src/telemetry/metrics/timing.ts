import type { Histogram } from 'prom-client';
import type { Watcher } from '../../common/observation.js';

/** Times work, whether it succeeds or not. */
export function timing<Subject, Result>(durations: Histogram): Watcher<Subject, Result> {
  return (work) => {
    const end = durations.startTimer();
    return work().finally(() => end());
  };
}
