import type { Attempt, FaultRecord, Line } from './history.js';
import type { StormedService } from './service-process.js';

/** Waits until every process has served an order that was sent after the end of a fault. */
export class Recovery {
  private readonly missing: Set<StormedService>;

  /**
   * @param productId set if the fault concerned one product: then an order of it counts, or a refusal because
   *   it is sold out.
   */
  constructor(
    services: readonly StormedService[],
    private readonly fault: FaultRecord,
    private readonly productId: number | undefined,
  ) {
    this.missing = new Set(services);
  }

  get isComplete(): boolean {
    return this.missing.size === 0;
  }

  note(service: StormedService, lines: readonly Line[], { startedAt, endedAt, outcome }: Attempt): void {
    if (startedAt < this.fault.endedAt || !this.counts(lines, outcome.kind)) return;
    if (!this.missing.delete(service) || !this.isComplete) return;
    this.fault.servedAfterMs = endedAt - this.fault.endedAt;
  }

  private counts(lines: readonly Line[], kind: Attempt['outcome']['kind']): boolean {
    if (this.productId === undefined) return kind === 'placed';
    return kind !== 'unknown' && lines.some(({ productId }) => productId === this.productId);
  }
}
