import { AsyncResource } from 'node:async_hooks';

/**
 * Resources that somebody else holds. They are waited for one after the other, each for a moment, so that one which
 * stays held keeps nobody waiting for another.
 */
export class BlockedResources {
  /** Until when each is waited for, by the clock of `Date.now()`; the next to wait for comes first. */
  private readonly deadlines = new Map<number, number>();
  private isWaiting = false;
  /** Not part of the request in which it happens to begin. */
  private readonly startWaiting = AsyncResource.bind(() => void this.waitForAll());

  /**
   * @param findFree tells which of them are free; if none is, it waits for the first, but not for long.
   * @param onFree told when some are no longer blocked: they are free, or were waited for long enough.
   */
  constructor(
    private readonly findFree: (resources: readonly number[]) => Promise<readonly number[]>,
    private readonly onFree: () => void,
  ) {}

  has(resource: number): boolean {
    return this.deadlines.has(resource);
  }

  block(resource: number, deadline: number): void {
    this.deadlines.set(resource, Math.max(deadline, this.deadlines.get(resource) ?? 0));
    if (!this.isWaiting) this.startWaiting();
  }

  private async waitForAll(): Promise<void> {
    this.isWaiting = true;
    while (this.deadlines.size > 0) {
      const resources = [...this.deadlines.keys()];
      // What cannot be asked for counts as free: whoever needs it is told why by the attempt that follows.
      const free = await this.findFree(resources).catch(() => resources);
      this.unblock(new Set(free));
    }
    this.isWaiting = false;
  }

  private unblock(free: ReadonlySet<number>): void {
    const [first, ...others] = [...this.deadlines];
    const inTurn = first ? [...others, first] : others;
    this.deadlines.clear();
    for (const [resource, deadline] of inTurn) {
      if (!free.has(resource) && Date.now() < deadline) this.deadlines.set(resource, deadline);
    }
    if (this.deadlines.size < inTurn.length) this.onFree();
  }
}
