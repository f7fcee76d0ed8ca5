import { createHash } from 'node:crypto';
import type { StoredState } from './stored-state.js';
import type { Violation } from './violation.js';

/** The parts of an event that are checked. */
export interface LoggedEvent {
  readonly id: number;
  readonly type: string;
  readonly data: {
    readonly id: number;
    readonly stock_quantity?: number;
    readonly items?: readonly { readonly product_id: number; readonly quantity: number }[];
  };
}

const ENDINGS = ['order.cancelled', 'order.expired'];
/** Each event of an order comes once, and only after one of these. */
const CAUSES: Readonly<Record<string, readonly string[]>> = {
  'order.placed': [],
  'order.confirmed': ['order.placed'],
  'order.cancelled': ['order.placed', 'order.confirmed'],
  'order.expired': ['order.placed'],
};

/** What one stream reader has seen: checked as it arrives, and compared with the database at the end. */
export class EventLog {
  /** The id of the last event. */
  position = 0;
  /** Hashes of each event's JSON. */
  readonly digests = new Map<number, string>();
  readonly counts = { missing: 0, doubled: 0, 'out of order': 0 };
  readonly violations: Violation[] = [];
  private readonly happened = new Map<number, string[]>();
  private readonly stock = new Map<number, number>();

  constructor(private readonly reader: string) {}

  note(event: LoggedEvent): void {
    const { id, type, data } = event;
    if (id <= this.position) return this.blame('doubled', `event ${id} came again`);
    if (id > this.position + 1) this.blame('missing', `event ${id} came behind ${this.position}`);
    this.position = id;
    this.digests.set(id, digestOf(JSON.stringify(event)));
    if (data.stock_quantity === undefined) this.noteOrder(type, data);
    else this.stock.set(data.id, data.stock_quantity);
  }

  /** Checks that every order and product is as the log says. */
  compare({ orders, stock }: StoredState): void {
    for (const { id, status } of orders) {
      const happened = this.happened.get(id) ?? [];
      const isTold =
        happened.includes('order.placed') &&
        (status !== 'CONFIRMED' || happened.includes('order.confirmed')) &&
        (status === 'CANCELLED') === happened.some((type) => ENDINGS.includes(type));
      if (!isTold) this.blame('missing', `order ${id} is ${status}, and the log has ${happened.join(', ')}`);
    }
    for (const [id, units] of stock) {
      const told = this.stock.get(id);
      if (told !== units) this.blame('missing', `product ${id} has ${units} units, by the log ${told}`);
    }
  }

  private noteOrder(type: string, { id, items = [] }: LoggedEvent['data']): void {
    const happened = this.happened.get(id) ?? [];
    const causes = CAUSES[type] ?? [];
    if (happened.includes(type)) this.blame('doubled', `${type} of order ${id}`);
    else if (causes.length > 0 !== causes.includes(happened.at(-1) ?? ''))
      this.blame('out of order', `${type} of order ${id} came behind ${happened.join(', ') || 'nothing'}`);
    this.happened.set(id, [...happened, type]);
    const sign = ENDINGS.includes(type) ? 1 : type === 'order.placed' ? -1 : 0;
    for (const item of items) this.move(item.product_id, sign * item.quantity, `${type} of order ${id}`);
  }

  /** Selling units before the event that returns them would make the stock negative. */
  private move(productId: number, units: number, event: string): void {
    const left = (this.stock.get(productId) ?? 0) + units;
    this.stock.set(productId, left);
    if (left < 0 && units < 0) this.blame('out of order', `${event} leaves ${left} of product ${productId}`);
  }

  private blame(what: keyof EventLog['counts'], text: string): void {
    this.counts[what] += 1;
    this.violations.push({
      promise: 'V1',
      text: `${what} for the reader of process ${this.reader}: ${text}`,
    });
  }
}

/** Short, so that very many can be kept. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

/** For the verdict: the sums over all readers. */
export function countsOf(logs: readonly EventLog[]): string {
  const sum = (what: keyof EventLog['counts']) => logs.reduce((total, log) => total + log.counts[what], 0);
  const doubled = sum('doubled');
  return `events missing: ${sum('missing')}, doubled: ${doubled}, out of order: ${sum('out of order')}`;
}
