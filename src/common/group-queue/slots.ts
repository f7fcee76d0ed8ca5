/** If a group runs for longer, for example because COMMIT is not answered, the extra slot opens. */
const BUSY_MS_MAX = 500;

/**
 * Bounds the groups that run at the same time. While one hangs, there is one extra slot, so that groups with
 * other resources go on. There is never a second extra slot.
 */
export class Slots {
  private canReplace = true;

  /** @param onReplaced called when the extra slot opens. */
  constructor(
    private free: number,
    private readonly onReplaced: () => void,
  ) {}

  get isOneFree(): boolean {
    return this.free > 0;
  }

  /** @returns a function that leaves the slot. */
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
