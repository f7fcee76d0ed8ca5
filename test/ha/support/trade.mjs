import { setMaxListeners } from 'node:events';
import pg from 'pg';
import { Buyer } from '../../../storm/buyer.ts';
import { checkHistory } from '../../../storm/check-history.ts';
import { History } from '../../../storm/history.ts';
import { PriceBook } from '../../../storm/price-book.ts';
import { Random } from '../../../storm/random.ts';
import { Shop } from '../../../storm/shop.ts';
import { Shopkeeper } from '../../../storm/shopkeeper.ts';
import { readStoredState } from '../../../storm/stored-state.ts';
import { InventedBaskets } from '../../../storm/workload.ts';

class TradeHistory extends History {
  /** When the last answer came that was 503, by the clock of the storm. */
  lastBusyAt = -Infinity;

  noteCall(call) {
    super.noteCall(call);
    if (call.status === 503) this.lastBusyAt = call.endedAt;
  }
}

/**
 * The buyers and the shopkeeper of `npm run storm`, at one address. They write down what they are answered;
 * in the end that is compared with the database.
 */
export class Trade {
  /** When every order was asked for and answered that was placed, by the clock of the storm. */
  placed = [];
  history = new TradeHistory();
  #prices = new PriceBook();
  #over = new AbortController();

  /** Opens a shop of its own, with accounts and products. @param {{ url: string, clients: number, seed: number }} setup */
  static async open({ url, clients, seed }) {
    const trade = new Trade();
    // Behind a proxy that never goes away, no request may stay without an answer.
    const address = { name: 'haproxy', url, wasDownAfter: () => false };
    trade.shop = await Shop.open([address], trade.history, new InventedBaskets());
    for (const { productId, priceMinor } of trade.history.prices) trade.#prices.set(productId, priceMinor);
    trade.#begin(clients, new Random(seed));
    return trade;
  }

  /** The first order that was asked for after a moment, and placed. */
  placedAfter(moment) {
    return this.placed.find(({ startedAt }) => startedAt > moment);
  }

  /** Closes the shop, when everybody knows what became of their orders. */
  async close() {
    this.#over.abort();
    await this.#everybody;
  }

  #everybody;

  #begin(clients, random) {
    const { signal } = this.#over;
    // Everybody waits for it.
    setMaxListeners(0, signal);
    const { buyers } = this.shop;
    const note = (_service, _order, attempt) => {
      if (attempt.outcome.kind === 'placed') this.placed.push(attempt);
    };
    const buyerOf = (name, index) =>
      new Buyer(this.shop, this.#prices, name, buyers[index % buyers.length], random.fork(name), note);
    const names = Array.from({ length: clients }, (_, index) => `client-${index + 1}`);
    this.#everybody = Promise.all([
      ...names.map((name, index) => buyerOf(name, index).run(signal)),
      new Shopkeeper(this.shop, this.#prices, random.fork('shopkeeper')).run(signal),
    ]);
    // Told by close().
    this.#everybody.catch(() => undefined);
  }

  /** Compares what was answered with what the database holds. @param {string} databaseUrl */
  async compare(databaseUrl) {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    const customers = this.shop.buyers.map(({ id }) => id);
    const stored = await readStoredState(client, this.shop.productIds, customers);
    await client.end();
    return checkHistory(this.history, stored);
  }
}
