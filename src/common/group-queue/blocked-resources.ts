import { AsyncResource } from 'node:async_hooks';

/**
 * Resources that somebody else holds. We wait for them in turn, for a moment each, so that one which stays
 * held does not delay the others.
 */
export class BlockedResources {
  /** When to stop waiting for each (`Date.now()`). The next one to wait for comes first. */
  private readonly deadlines = new Map<number, number>();
  private isWaiting = false;
  /** Runs outside the trace of the request that happens to start it. */
  private readonly startWaiting = AsyncResource.bind(() => void this.waitForAll());

  /**
   * @param findFree returns those that are free. If none is, it waits for the first of them, but not for
   *   long.
   * @param onFree called when some are no longer blocked: they are free, or it is time to stop waiting.
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
      // If this fails, all count as free: the next group meets the same fault and reports it.
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
