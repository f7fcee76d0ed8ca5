/** For so long, a list that was found to be longer than is counted counts as that long. */
const REMEMBERED_MS = 10_000;
const ENTRIES_MAX = 1_000;

/** Lists that are too long for an exact total, so that not each of their pages counts them again. */
export class LongLists {
  private readonly untilByName = new Map<string, number>();

  add(name: string): void {
    this.untilByName.delete(name);
    this.untilByName.set(name, Date.now() + REMEMBERED_MS);
    const [oldest] = this.untilByName.keys();
    if (this.untilByName.size > ENTRIES_MAX && oldest !== undefined) this.untilByName.delete(oldest);
  }

  has(name: string): boolean {
    return (this.untilByName.get(name) ?? 0) > Date.now();
  }
}
