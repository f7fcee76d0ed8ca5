import type { Watcher } from '../../common/observation.js';

/** Watches work with a stopwatch. @param report told the seconds, whether the work succeeded or not. */
export function timing<Facts, Result>(report: (seconds: number) => void): Watcher<Facts, Result> {
  return async (work) => {
    const since = performance.now();
    try {
      return await work();
    } finally {
      report((performance.now() - since) / 1000);
    }
  };
}
