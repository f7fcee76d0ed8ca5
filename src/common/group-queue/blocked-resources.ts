import { AsyncResource } from 'node:async_hooks';

/**
 * Resources that are held elsewhere. It waits for each in turn, for a moment, so that one that stays held
 * does not delay the others.
 */
export class BlockedResources {
  /** When to stop waiting for each (`Date.now()`). The next one to wait for is first. */
  private readonly deadlines = new Map<number, number>();
  private isWaiting = false;
  /** Bound here, so that it does not run in the trace of the request that starts it. */
  private readonly startWaiting = AsyncResource.bind(() => void this.waitForAll());

  /**
   * @param findFree see `GroupWork`.
   * @param onFree called when some are no longer blocked: they are free, or their deadline has passed.
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
      // If this fails, all count as free: the next group meets the same error and reports it.
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
