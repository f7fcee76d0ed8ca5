/** Who has served for so long has not ended because of how it starts. */
const STABLE_MS = 30_000;
const DELAY_MS_MIN = 100;
const DELAY_MS_MAX = 5_000;
/** Starts in a row that may come to nothing. */
const FAILED_STARTS_MAX = 5;

/** A worker that has ended is started again soon; one that ends again and again, twice as late each time. */
export class RestartPolicy {
  private quickEnds = 0;
  private failedStarts = 0;

  /** @returns nothing when a worker has failed to start five times in a row. */
  delayMsAfter(servedMs: number | undefined): number | undefined {
    this.failedStarts = servedMs === undefined ? this.failedStarts + 1 : 0;
    if (this.failedStarts >= FAILED_STARTS_MAX) return undefined;
    this.quickEnds = (servedMs ?? 0) < STABLE_MS ? this.quickEnds + 1 : 1;
    return Math.min(DELAY_MS_MAX, DELAY_MS_MIN * 2 ** (this.quickEnds - 1));
  }
}
