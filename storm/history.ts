import { type Call, faultOfCall } from './check-answers.js';
import type { Violation } from './violation.js';

export interface Line {
  readonly productId: number;
  readonly quantity: number;
}

export interface SoldLine extends Line {
  readonly priceMinor: number;
}

/** What a client knows after asking for an order once. */
export type PlacementOutcome =
  | {
      readonly kind: 'placed';
      readonly orderId: number;
      readonly totalMinor: number;
      readonly lines: readonly SoldLine[];
    }
  | { readonly kind: 'refused'; readonly code: string }
  /** 503, or no answer at all: it may have been placed, or not. */
  | { readonly kind: 'unknown' };

/** Times are milliseconds of one clock, that of the clients. */
export interface Attempt {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly outcome: PlacementOutcome;
}

/** What a client knows after asking for a change. */
export type ChangeOutcome = 'done' | 'refused' | 'unknown';

/** One order that a client wants: all its attempts carry one key. */
export interface OrderRecord {
  readonly customerId: number;
  readonly key: string;
  readonly lines: readonly Line[];
  readonly expectedTotalMinor?: number | undefined;
  readonly attempts: Attempt[];
  /** One for each key: what came of it in the end. */
  readonly cancels: ChangeOutcome[];
  readonly confirms: ChangeOutcome[];
}

/** Stock put in, or taken out where it is negative. */
export interface RestockRecord {
  readonly productId: number;
  readonly quantity: number;
  readonly outcome: ChangeOutcome;
}

/** A product that was put on the shelf while the storm went on. */
export interface CreationRecord {
  readonly name: string;
  readonly outcome: ChangeOutcome;
}

/** Changes of one product's price come one after the other. */
export interface PriceRecord {
  readonly productId: number;
  readonly priceMinor: number;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly outcome: ChangeOutcome;
}

/** A limit per customer that was set, or may have been. */
export interface LimitRecord {
  readonly productId: number;
  readonly maxPerCustomer: number;
  readonly outcome: ChangeOutcome;
}

export interface FaultRecord {
  readonly kind: string;
  readonly endedAt: number;
  /** How long after its end every process had served an order; nothing where the storm ended before that. */
  servedAfterMs: number | undefined;
  /** Whether it was waited for in vain. */
  isServiceMissing: boolean;
}

/** What the clients of one storm have done and seen; the database is compared with it. */
export class History {
  readonly orders: OrderRecord[] = [];
  readonly restocks: RestockRecord[] = [];
  readonly creations: CreationRecord[] = [];
  readonly prices: PriceRecord[] = [];
  readonly limits: LimitRecord[] = [];
  /** Products whose sale has not begun. */
  readonly closedIds: number[] = [];
  readonly faults: FaultRecord[] = [];
  /** What was seen to be wrong while it happened. */
  readonly violations: Violation[] = [];
  calls = 0;
  /** Calls that were answered 503. */
  busyCalls = 0;
  /** Calls that were not answered at all. */
  lostCalls = 0;
  slowestCallMs = 0;

  constructor(private readonly onViolation: () => void = () => undefined) {}

  /** Judges an answer by itself; the calls themselves are too many to be kept. */
  noteCall(call: Call): void {
    this.calls += 1;
    if (call.status === undefined) this.lostCalls += 1;
    if (call.status === 503) this.busyCalls += 1;
    this.slowestCallMs = Math.max(this.slowestCallMs, call.endedAt - call.startedAt);
    const fault = faultOfCall(call);
    if (fault !== undefined) this.noteViolation({ promise: 'S4', text: fault });
  }

  noteViolation(violation: Violation): void {
    if (this.violations.some(({ text }) => text === violation.text)) return;
    this.violations.push(violation);
    this.onViolation();
  }
}
