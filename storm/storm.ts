import { setMaxListeners } from 'node:events';
import { Buyer } from './buyer.js';
import { now, pause } from './clock.js';
import { FaultSchedule } from './fault-schedule.js';
import type { StormOptions } from './options.js';
import { PriceBook } from './price-book.js';
import type { Progress } from './progress.js';
import { Random } from './random.js';
import type { Account, Shop } from './shop.js';
import { Shopkeeper } from './shopkeeper.js';
import { watchStock } from './stock-watch.js';
import type { StormDatabase } from './storm-database.js';

/** The history is kept in memory, so a storm with this many order lines ends early. */
const LINES_MAX = 3_000_000;
const TICK_MS = 50;

/** Runs the buyers, the shopkeeper, the faults and the stock watch at the same time. */
export class Storm {
  private readonly prices = new PriceBook();
  private readonly schedule: FaultSchedule;
  private readonly random: Random;
  private startedAt = 0;
  private lines = 0;

  constructor(
    private readonly options: StormOptions,
    private readonly shop: Shop,
    private readonly database: StormDatabase,
    private readonly progress: Progress,
  ) {
    const { seed, faults, seconds } = options;
    this.random = new Random(seed);
    const prober = this.buyer('prober', shop.buyers[0] as Account);
    const tell = (line: string) => progress.tell(this.at(line));
    const random = this.random.fork('faults');
    this.schedule = new FaultSchedule(shop, database, faults, random, prober, seconds * 1000, tell);
  }

  /**
   * Ends when the time is over and every kind of fault has occurred, or at the signal. Every client knows its
   * outcomes then.
   */
  async run(signal: AbortSignal): Promise<void> {
    this.startedAt = now();
    const [closing, over] = [new AbortController(), new AbortController()];
    const isOver = AbortSignal.any([signal, over.signal]);
    // Every client waits for it.
    setMaxListeners(0, isOver);
    const faults = this.schedule.run(AbortSignal.any([isOver, closing.signal]), isOver);
    for (const { productId, priceMinor } of this.shop.history.prices) this.prices.set(productId, priceMinor);
    const everybody = Promise.all([
      ...this.buyers().map((buyer) => buyer.run(isOver)),
      new Shopkeeper(this.shop, this.prices, this.random.fork('shopkeeper')).run(isOver),
      faults,
      watchStock(this.database, this.shop.history, this.shop.hotIds, isOver),
    ]);
    // A failure ends the storm; the error is thrown below.
    const failed = everybody.catch(() => over.abort());
    await this.watchTheClock(isOver);
    // The clients continue until the service has recovered from the last fault.
    closing.abort();
    await Promise.allSettled([faults]);
    over.abort();
    await failed;
    await everybody;
  }

  private buyers(): Buyer[] {
    return Array.from({ length: this.options.clients }, (_, index) =>
      this.buyer(`client-${index + 1}`, this.shop.buyers[index % this.shop.buyers.length] as Account),
    );
  }

  private buyer(name: string, account: Account): Buyer {
    return new Buyer(
      this.shop,
      this.prices,
      name,
      account,
      this.random.fork(name),
      (service, order, attempt) => {
        if (order.attempts.length === 1) this.lines += order.lines.length;
        this.schedule.note(service, order, attempt);
      },
    );
  }

  private async watchTheClock(signal: AbortSignal): Promise<void> {
    const endsAt = this.startedAt + this.options.seconds * 1000;
    while (!signal.aborted && (now() < endsAt || !this.schedule.isRoundOver)) {
      if (this.lines > LINES_MAX)
        return this.progress.tell(this.at('the history is full: the storm ends here'));
      this.progress.show(now(), () => this.at(this.status()));
      await pause(TICK_MS, signal);
    }
  }

  private status(): string {
    const { orders, calls, violations } = this.shop.history;
    const fault = this.schedule.current === undefined ? '' : `, ${this.schedule.current}`;
    return `${orders.length} orders, ${calls} requests, ${violations.length} violations${fault}`;
  }

  private at(line: string): string {
    return `${((now() - this.startedAt) / 1000).toFixed(1).padStart(6)} s  ${line}`;
  }
}
