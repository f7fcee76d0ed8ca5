import { changeOutcomeOf } from './buyer.js';
import { pause } from './clock.js';
import type { LimitRecord } from './history.js';
import type { PriceBook } from './price-book.js';
import type { Random } from './random.js';
import type { Shop } from './shop.js';

const PAUSE_MS_MAX = 120;
const RESTOCK_MAX = 12;
const TAKE_OUT_MAX = 5;
const PRICE_MINOR_MAX = 20_000;

/** The admin, who restocks what runs out, changes prices and raises limits, all while orders come in. */
export class Shopkeeper {
  constructor(
    private readonly shop: Shop,
    private readonly prices: PriceBook,
    private readonly random: Random,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([
      this.repeat(signal, this.random.fork('restock'), (random) => this.restock(random)),
      this.repeat(signal, this.random.fork('price'), (random) => this.changePrice(random)),
      this.repeat(signal, this.random.fork('limit'), (random) => this.raiseLimit(random)),
    ]);
  }

  private async repeat(
    signal: AbortSignal,
    random: Random,
    work: (random: Random) => Promise<void>,
  ): Promise<void> {
    while (!signal.aborted) {
      await work(random);
      await pause(random.between(0, PAUSE_MS_MAX), signal);
    }
  }

  /** Mostly adds; what is taken out may be more than there is, and is refused then. */
  private async restock(random: Random): Promise<void> {
    const id = random.pick(this.shop.hotIds);
    const takesOut = random.chance(0.15);
    const quantity = takesOut ? -random.between(1, TAKE_OUT_MAX) : random.between(1, RESTOCK_MAX);
    const reply = await this.patch(id, random, { stock_delta: quantity });
    this.shop.history.restocks.push({ productId: id, quantity, outcome: changeOutcomeOf(reply) });
  }

  private async changePrice(random: Random): Promise<void> {
    const productId = random.pick(random.chance(0.5) ? this.shop.hotIds : this.shop.productIds);
    const priceMinor = random.between(1, PRICE_MINOR_MAX);
    const reply = await this.patch(productId, random, { price: priceMinor / 100 });
    const { startedAt, endedAt } = reply;
    const outcome = changeOutcomeOf(reply);
    this.shop.history.prices.push({ productId, priceMinor, startedAt, endedAt, outcome });
    if (outcome === 'done') this.prices.set(productId, priceMinor);
  }

  /** Limits only grow, so that the last one tells what is too much. */
  private async raiseLimit(random: Random): Promise<void> {
    const { limits } = this.shop.history;
    if (limits.length === 0) return;
    const { productId, maxPerCustomer: before } = limits.at(-1) as LimitRecord;
    const maxPerCustomer = before + random.between(0, 2);
    const reply = await this.patch(productId, random, { max_per_customer: maxPerCustomer });
    limits.push({ productId, maxPerCustomer, outcome: changeOutcomeOf(reply) });
  }

  private patch(id: number, random: Random, json: unknown) {
    const service = random.pick(this.shop.services);
    return this.shop.ask(service, { route: 'PATCH /products/{id}', id, token: this.shop.admin.token, json });
  }
}
