import { pause } from './clock.js';
import type { LimitRecord } from './history.js';
import { write, type Written } from './keyed-write.js';
import type { PriceBook } from './price-book.js';
import type { Random } from './random.js';
import type { Shop } from './shop.js';

const PAUSE_MS_MAX = 120;
const RESTOCK_MAX = 12;
const TAKE_OUT_MAX = 5;
const PRICE_MINOR_MAX = 20_000;

/**
 * The admin, who restocks what runs out, changes prices, raises limits and adds products while orders come
 * in.
 */
export class Shopkeeper {
  private keysMade = 0;

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
      this.repeat(signal, this.random.fork('create'), (random) => this.addProduct(random)),
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

  /** Mostly positive. Taking out more than there is gets refused. */
  private async restock(random: Random): Promise<void> {
    const id = random.pick(this.shop.hotIds);
    const takesOut = random.chance(0.15);
    const quantity = takesOut ? -random.between(1, TAKE_OUT_MAX) : random.between(1, RESTOCK_MAX);
    const { outcome } = await this.patch(id, random, { stock_delta: quantity });
    this.shop.history.restocks.push({ productId: id, quantity, outcome });
  }

  private async changePrice(random: Random): Promise<void> {
    const productId = random.pick(random.chance(0.5) ? this.shop.hotIds : this.shop.productIds);
    const priceMinor = random.between(1, PRICE_MINOR_MAX);
    const written = await this.patch(productId, random, { price: priceMinor / 100 });
    this.shop.history.prices.push({ productId, priceMinor, ...written });
    if (written.outcome === 'done') this.prices.set(productId, priceMinor);
  }

  /** Limits only grow, so the last one decides what is too much. */
  private async raiseLimit(random: Random): Promise<void> {
    const { limits } = this.shop.history;
    if (limits.length === 0) return;
    const { productId, maxPerCustomer: before } = limits.at(-1) as LimitRecord;
    const maxPerCustomer = before + random.between(0, 2);
    const { outcome } = await this.patch(productId, random, { max_per_customer: maxPerCustomer });
    limits.push({ productId, maxPerCustomer, outcome });
  }

  private async addProduct(random: Random): Promise<void> {
    const key = this.newKey();
    const name = `${this.shop.name} ${key}`;
    const json = { name, price: 10, stock_quantity: 1 };
    const { token } = this.shop.admin;
    const { outcome } = await write(this.shop, random, { route: 'POST /products', token, key, json });
    this.shop.history.creations.push({ name, outcome });
  }

  private patch(id: number, random: Random, json: unknown): Promise<Written> {
    const { token } = this.shop.admin;
    const key = this.newKey();
    return write(this.shop, random, { route: 'PATCH /products/{id}', id, token, key, json });
  }

  private newKey(): string {
    this.keysMade += 1;
    return `shopkeeper-${this.keysMade}`;
  }
}
