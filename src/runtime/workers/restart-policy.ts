/** A worker that has served for this long did not end because of a faulty start. */
const STABLE_MS = 30_000;
const DELAY_MS_MIN = 100;
const DELAY_MS_MAX = 5_000;
const FAILED_STARTS_MAX = 5;

/** Restarts a worker after 100 ms; the delay doubles while workers keep ending soon. */
export class RestartPolicy {
  private quickEnds = 0;
  private failedStarts = 0;

  /**
   * @param servedMs `undefined` if the worker has failed to start.
   * @returns `undefined` after five failed starts in a row.
   */
  delayMsAfter(servedMs: number | undefined): number | undefined {
    this.failedStarts = servedMs === undefined ? this.failedStarts + 1 : 0;
    if (this.failedStarts >= FAILED_STARTS_MAX) return undefined;
    this.quickEnds = (servedMs ?? 0) < STABLE_MS ? this.quickEnds + 1 : 1;
    return Math.min(DELAY_MS_MAX, DELAY_MS_MIN * 2 ** (this.quickEnds - 1));
  }
}
