import { setMaxListeners } from 'node:events';
import pg from 'pg';
import { Buyer, type Watcher } from '../../../storm/buyer.js';
import type { Call } from '../../../storm/check-answers.js';
import { checkHistory, type Findings } from '../../../storm/check-history.js';
import { Follower } from '../../../storm/follower.js';
import { type Attempt, History } from '../../../storm/history.js';
import { PriceBook } from '../../../storm/price-book.js';
import { Random } from '../../../storm/random.js';
import type { StormedService } from '../../../storm/service-process.js';
import { type Account, Shop } from '../../../storm/shop.js';
import { Shopkeeper } from '../../../storm/shopkeeper.js';
import { readStoredState } from '../../../storm/stored-state.js';
import { InventedBaskets } from '../../../storm/workload.js';

class TradeHistory extends History {
  /** The time of the last 503, by the clock of the storm. */
  lastBusyAt = -Infinity;

  override noteCall(call: Call): void {
    super.noteCall(call);
    if (call.status === 503) this.lastBusyAt = call.endedAt;
  }
}

interface TradeSetup {
  readonly url: string;
  readonly clients: number;
  readonly seed: number;
}

/**
 * The buyers and the shopkeeper of `npm run storm`, at one address. They record their answers, which are
 * compared with the database at the end.
 */
export class Trade {
  /** When each placed order was requested and answered, by the clock of the storm. */
  readonly placed: Attempt[] = [];
  readonly #prices = new PriceBook();
  readonly #over = new AbortController();
  readonly #everybody: Promise<unknown>;
  readonly #follower: Follower;

  private constructor(
    private readonly shop: Shop,
    readonly history: TradeHistory,
    clients: number,
    random: Random,
  ) {
    for (const { productId, priceMinor } of history.prices) this.#prices.set(productId, priceMinor);
    this.#follower = new Follower(shop.services[0] as StormedService, shop.admin);
    this.#everybody = this.#begin(clients, random);
    // Told by close().
    this.#everybody.catch(() => undefined);
  }

  /** Opens a separate shop, with accounts and products. */
  static async open({ url, clients, seed }: TradeSetup): Promise<Trade> {
    const history = new TradeHistory();
    // Behind a proxy that is always there, every request must get an answer.
    const address = { name: 'haproxy', url, wasDownAfter: () => false } as unknown as StormedService;
    const shop = await Shop.open([address], history, new InventedBaskets());
    return new Trade(shop, history, clients, new Random(seed));
  }

  /** The first placed order that was requested after a given time. */
  placedAfter(moment: number): Attempt | undefined {
    return this.placed.find(({ startedAt }) => startedAt > moment);
  }

  /** Closes the shop once everybody knows the outcome of their orders. */
  async close(): Promise<void> {
    this.#over.abort();
    await this.#everybody;
    await this.#follower.finish();
  }

  #begin(clients: number, random: Random): Promise<unknown> {
    const { signal } = this.#over;
    // Everybody waits for it.
    setMaxListeners(0, signal);
    const { buyers } = this.shop;
    const note: Watcher = (_service, _order, attempt) => {
      if (attempt.outcome.kind === 'placed') this.placed.push(attempt);
    };
    const buyerOf = (name: string, index: number) => {
      const account = buyers[index % buyers.length] as Account;
      return new Buyer(this.shop, this.#prices, name, account, random.fork(name), note);
    };
    const names = Array.from({ length: clients }, (_, index) => `client-${index + 1}`);
    return Promise.all([
      ...names.map((name, index) => buyerOf(name, index).run(signal)),
      new Shopkeeper(this.shop, this.#prices, random.fork('shopkeeper')).run(signal),
      this.#follower.run(signal),
    ]);
  }

  /** Compares the answers with the database. */
  async compare(databaseUrl: string): Promise<Findings> {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    const stored = await readStoredState(client, this.shop);
    await client.end();
    return checkHistory(this.history, stored, [this.#follower.log]);
  }
}
