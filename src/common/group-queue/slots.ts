/** A slot that is in use for longer, as when the answer to COMMIT does not come, lets another one open beside it. */
const BUSY_MS_MAX = 500;

/**
 * How many groups may be under way at the same time. While one of them hangs there is one slot more, so that work
 * which does not need what it holds goes on; a second one that hangs then is not replaced.
 */
export class Slots {
  private canReplace = true;

  /** @param onReplaced told when a slot is free that nobody has left. */
  constructor(
    private free: number,
    private readonly onReplaced: () => void,
  ) {}

  get isOneFree(): boolean {
    return this.free > 0;
  }

  /** @returns what leaves the slot again. */
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
