/** A worker that has served for so long has not ended because of how it starts. */
const STABLE_MS = 30_000;
const DELAY_MS_MIN = 100;
const DELAY_MS_MAX = 5_000;
/** Starts in a row that may come to nothing. */
const FAILED_STARTS_MAX = 5;

/**
 * When a worker that has ended is started again: soon, but one that ends again and again waits twice as long each
 * time, up to 5 s, so that it does not take the processor from the others.
 */
export class RestartPolicy {
  private quickEnds = 0;
  private failedStarts = 0;

  /**
   * @param servedMs how long it has served, in milliseconds; nothing when it never did.
   * @returns milliseconds to wait, or nothing when it has failed to start five times in a row.
   */
  delayMsAfter(servedMs: number | undefined): number | undefined {
    this.failedStarts = servedMs === undefined ? this.failedStarts + 1 : 0;
    if (this.failedStarts >= FAILED_STARTS_MAX) return undefined;
    this.quickEnds = (servedMs ?? 0) < STABLE_MS ? this.quickEnds + 1 : 1;
    return Math.min(DELAY_MS_MAX, DELAY_MS_MIN * 2 ** (this.quickEnds - 1));
  }
}
