import { type Call, faultOfCall } from './check-answers.js';
import type { Violation } from './violation.js';

export interface Line {
  readonly productId: number;
  readonly quantity: number;
}

export interface SoldLine extends Line {
  readonly priceMinor: number;
}

/** What a client knows after one attempt to order. */
export type PlacementOutcome =
  | {
      readonly kind: 'placed';
      readonly orderId: number;
      readonly totalMinor: number;
      readonly lines: readonly SoldLine[];
    }
  | { readonly kind: 'refused'; readonly code: string }
  /** 503 or no answer: the order may have been placed or not. */
  | { readonly kind: 'unknown' };

/** Times are in milliseconds of the clients' clock. */
export interface Attempt {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly outcome: PlacementOutcome;
}

/** What a client knows after requesting a change. */
export type ChangeOutcome = 'done' | 'refused' | 'unknown';

/** One order that a client wants: all its attempts carry one key. */
export interface OrderRecord {
  readonly customerId: number;
  readonly key: string;
  readonly lines: readonly Line[];
  readonly expectedTotalMinor?: number | undefined;
  readonly attempts: Attempt[];
  /** The final outcome, one for each key. */
  readonly cancels: ChangeOutcome[];
  readonly confirms: ChangeOutcome[];
}

/** Stock put in, or taken out if negative. */
export interface RestockRecord {
  readonly productId: number;
  readonly quantity: number;
  readonly outcome: ChangeOutcome;
}

/** A product that was created during the storm. */
export interface CreationRecord {
  readonly name: string;
  readonly outcome: ChangeOutcome;
}

/** The price changes of a product come one after another. */
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
  /** How long after its end every process had served an order. Undefined if the storm ended before that. */
  servedAfterMs: number | undefined;
  /** Whether waiting for it timed out. */
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
  /** Violations found during the storm. */
  readonly violations: Violation[] = [];
  calls = 0;
  /** Calls that were answered 503. */
  busyCalls = 0;
  /** Calls that were not answered at all. */
  lostCalls = 0;
  slowestCallMs = 0;

  constructor(private readonly onViolation: () => void = () => undefined) {}

  /** Checks an answer by itself. There are too many calls to keep. */
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
