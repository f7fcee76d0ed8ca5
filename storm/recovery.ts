import type { Attempt, FaultRecord, Line } from './history.js';
import type { StormedService } from './service-process.js';

/** Waits, after a fault, for every process to serve an order that was sent after its end. */
export class Recovery {
  private readonly missing: Set<StormedService>;

  /**
   * @param productId where the fault was about one product:
   * an order for it, or that it has run out, is what counts.
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
