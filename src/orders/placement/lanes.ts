/** A lane that is busy for longer, as when the answer to COMMIT does not come, lets another one open beside it. */
const BUSY_MS_MAX = 500;

/**
 * The transactions in which orders may be placed at the same time. While one of them hangs there is one more, so
 * that the products which it does not hold are sold on; a second that hangs then is not replaced.
 */
export class Lanes {
  private canReplace = true;

  /** @param onReplaced told when there is a free lane that nobody has left. */
  constructor(
    private free: number,
    private readonly onReplaced: () => void,
  ) {}

  get isOneFree(): boolean {
    return this.free > 0;
  }

  /** @returns what leaves the lane again. */
  enter(): () => void {
    this.free -= 1;
    let isReplaced = false;
    const hanging = setTimeout(() => {
      if (!this.canReplace) return;
      this.canReplace = false;
      isReplaced = true;
      this.free += 1;
      this.onReplaced();
    }, BUSY_MS_MAX);
    return () => {
      clearTimeout(hanging);
      if (isReplaced) this.canReplace = true;
      else this.free += 1;
    };
  }
}
