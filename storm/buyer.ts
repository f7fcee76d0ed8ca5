import type { Route } from './check-answers.js';
import { now, pause } from './clock.js';
import { fateOf, placedOutcomes } from './fate.js';
import type { Attempt, Line, OrderRecord, PlacementOutcome, SoldLine } from './history.js';
import type { Reply } from './http-exchange.js';
import { sendUntilKnown, write } from './keyed-write.js';
import type { PriceBook } from './price-book.js';
import type { Random } from './random.js';
import type { StormedService } from './service-process.js';
import { type Account, HOLD_SECONDS, type Shop } from './shop.js';
import type { Task } from './workload.js';

const PROBE_PAUSE_MS = 50;

export type Watcher = (service: StormedService, order: OrderRecord, attempt: Attempt) => void;

/** A client that places orders one after another, and sometimes confirms or cancels them. */
export class Buyer {
  private latest: OrderRecord | undefined;
  private keysMade = 0;
  /** Orders that will be confirmed or cancelled just as they expire. */
  private readonly late: { readonly order: OrderRecord; readonly dueAt: number }[] = [];

  constructor(
    private readonly shop: Shop,
    private readonly prices: PriceBook,
    /** The prefix of its keys. */
    private readonly name: string,
    private readonly account: Account,
    private readonly random: Random,
    private readonly onAttempt: Watcher,
  ) {}

  /** Runs until the signal, then finishes the order under way. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.perform(this.shop.workload.next(this.random));
      await pause(this.random.between(0, 10), signal);
    }
  }

  /** Orders one piece from one process, and retries until the outcome is known or the signal comes. */
  async insist(service: StormedService, productId: number, signal: AbortSignal): Promise<void> {
    const order = this.newOrder([{ productId, quantity: 1 }]);
    this.shop.history.orders.push(order);
    do {
      await this.attempt(order, service);
      if (fateOf(order) !== 'unknown') return;
      await pause(PROBE_PAUSE_MS, signal);
    } while (!signal.aborted);
  }

  private async perform(task: Task): Promise<void> {
    if (task.kind === 'place') this.latest = await this.place(task);
    const order = this.latest;
    if (order && fateOf(order) === 'acknowledged') await this.follow(order, task.kind === 'cancel');
    const [due] = this.late;
    if (!due || due.dueAt > now()) return;
    this.late.shift();
    await this.change(due.order, this.random.chance(0.7) ? 'confirm' : 'cancel');
  }

  private async place(task: Task & { kind: 'place' }): Promise<OrderRecord> {
    const order = this.newOrder(this.linesOf(task));
    this.shop.history.orders.push(order);
    const attempt = (service: StormedService) => this.attempt(order, service);
    await sendUntilKnown(this.shop, this.random, attempt, () => fateOf(order) !== 'unknown');
    return order;
  }

  private linesOf({ lines }: Task & { kind: 'place' }): Line[] {
    return lines.map(({ ware, quantity }) => ({
      productId: this.shop.productIds[ware] as number,
      quantity,
    }));
  }

  private newOrder(lines: readonly Line[]): OrderRecord {
    return {
      customerId: this.account.id,
      key: this.newKey(),
      lines,
      expectedTotalMinor: this.random.chance(0.25) ? this.prices.totalOf(lines) : undefined,
      attempts: [],
      cancels: [],
      confirms: [],
    };
  }

  private async attempt(order: OrderRecord, service: StormedService): Promise<void> {
    const { key, lines, expectedTotalMinor } = order;
    const items = lines.map(({ productId, quantity }) => ({ product_id: productId, quantity }));
    const expected = expectedTotalMinor === undefined ? {} : { expected_total: expectedTotalMinor / 100 };
    const reply = await this.shop.ask(service, {
      route: 'POST /orders',
      token: this.account.token,
      key,
      json: { items, ...expected },
    });
    const attempt = { startedAt: reply.startedAt, endedAt: reply.endedAt, outcome: outcomeOf(reply) };
    order.attempts.push(attempt);
    const ids = new Set(placedOutcomes(order).map(({ orderId }) => orderId));
    if (ids.size > 1) {
      const text = `order under key ${key} is doubled: ${[...ids].join(', ')}`;
      this.shop.history.noteViolation({ promise: 'S2', text });
    }
    this.onAttempt(service, order, attempt);
  }

  /** What the client does after an acknowledged order: often nothing. */
  private async follow(order: OrderRecord, isToBeCancelled: boolean): Promise<void> {
    const { random } = this;
    const does = (probability: number) => random.chance(probability);
    if (does(0.1)) await this.attempt(order, random.pick(this.shop.services));
    if (does(0.1)) await this.read(order);
    if (does(0.1)) this.late.push({ order, dueAt: now() + HOLD_SECONDS * 1000 + random.between(-50, 300) });
    await Promise.all([
      ...(does(0.15) ? [this.change(order, 'confirm')] : []),
      ...(isToBeCancelled || does(0.25) ? [this.change(order, 'cancel')] : []),
      ...(does(0.08) ? [this.change(order, 'cancel')] : []),
    ]);
  }

  private async read(order: OrderRecord): Promise<void> {
    const service = this.random.pick(this.shop.services);
    const id = idOf(order);
    if (this.random.chance(0.5)) await this.shop.ask(service, { route: 'GET /products' });
    else await this.shop.ask(service, { route: 'GET /orders/{id}', id, token: this.account.token });
  }

  private async change(order: OrderRecord, action: 'cancel' | 'confirm'): Promise<void> {
    const route: Route = `PATCH /orders/{id}/${action}`;
    const { token } = action === 'confirm' ? this.shop.admin : this.account;
    const outcomes = action === 'confirm' ? order.confirms : order.cancels;
    const key = this.newKey();
    const { outcome } = await write(this.shop, this.random, { route, id: idOf(order), token, key });
    outcomes.push(outcome);
  }

  private newKey(): string {
    this.keysMade += 1;
    return `${this.name}-${this.keysMade}`;
  }
}

function idOf(order: OrderRecord): number {
  return placedOutcomes(order)[0]?.orderId ?? 0;
}

interface OrderBody {
  readonly id: number;
  readonly total_amount: number;
  readonly items: readonly { product_id: number; quantity: number; price_at_purchase: number }[];
}

function outcomeOf({ status, code, body }: Reply): PlacementOutcome {
  if (status === undefined || status >= 500) return { kind: 'unknown' };
  if (status !== 201) return { kind: 'refused', code: code ?? '' };
  const order = body as unknown as OrderBody;
  const lines: SoldLine[] = order.items.map((item) => ({
    productId: item.product_id,
    quantity: item.quantity,
    priceMinor: Math.round(item.price_at_purchase * 100),
  }));
  return { kind: 'placed', orderId: order.id, totalMinor: Math.round(order.total_amount * 100), lines };
}
