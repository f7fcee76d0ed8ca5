import { randomBytes } from 'node:crypto';
import type { Call, Route } from './check-answers.js';
import { type Ask, exchange, type Reply } from './http-exchange.js';
import type { History } from './history.js';
import { now } from './clock.js';
import type { StormedService } from './service-process.js';
import type { Ware, Workload } from './workload.js';

/** A request to one of the processes, whose answer is checked. */
export type ShopAsk = Ask & { readonly route: Route };

export interface Account {
  readonly id: number;
  readonly token: string;
}

/** How long an order holds its stock: so short that many expire during the storm. */
export const HOLD_SECONDS = 2;

const SALE_STARTS_AT = { closed: '9999-01-01T00:00:00Z', open: '2026-01-01T00:00:00Z' };

/** Clients share accounts, as a household might, so that there are few sign-ins. */
const BUYERS = 4;
const CREATIONS_AT_ONCE = 8;

/** Two processes, and accounts and products that only this storm uses. */
export class Shop {
  private constructor(
    /** Unique among the storms on the same database. */
    readonly name: string,
    readonly services: readonly StormedService[],
    readonly history: History,
    readonly workload: Workload,
    readonly admin: Account,
    readonly buyers: readonly Account[],
    /** The products' ids, in the order of the catalogue. */
    readonly productIds: readonly number[],
  ) {}

  /** Registers the accounts and creates the products, before any fault. */
  static async open(
    services: readonly StormedService[],
    history: History,
    workload: Workload,
  ): Promise<Shop> {
    const url = services[0]?.url ?? '';
    // The database may contain other storms.
    const storm = `storm-${randomBytes(4).toString('hex')}`;
    const admin = await register(url, `${storm}-admin`, 'admin');
    const buyers = [];
    for (let n = 1; n <= BUYERS; n += 1) buyers.push(await register(url, `${storm}-buyer-${n}`, 'customer'));
    const productIds: number[] = [];
    for (let n = 0; n < workload.catalogue.length; n += CREATIONS_AT_ONCE) {
      const wares = workload.catalogue.slice(n, n + CREATIONS_AT_ONCE);
      productIds.push(...(await Promise.all(wares.map((ware) => shelve(url, admin, ware, history)))));
    }
    return new Shop(storm, services, history, workload, admin, buyers, productIds);
  }

  get hotIds(): number[] {
    return this.productIds.filter((_, index) => this.workload.catalogue[index]?.isHot);
  }

  /** Asks one process, and checks the answer. */
  async ask(service: StormedService, ask: ShopAsk): Promise<Reply> {
    const reply = await exchange(service.url, ask);
    const call: Call = { ...reply, route: ask.route };
    this.history.noteCall(call);
    if (reply.status === undefined && !service.wasDownAfter(reply.startedAt)) {
      const text = `${ask.route} was not answered, though process ${service.name} lived`;
      this.history.noteViolation({ promise: 'S4', text });
    }
    return reply;
  }
}

async function register(url: string, username: string, role: string): Promise<Account> {
  const password = randomBytes(12).toString('base64url');
  const { id } = await succeed(url, { route: 'POST /register', json: { username, password, role } });
  const { access_token } = await succeed(url, { route: 'POST /login', json: { username, password } });
  return { id: Number(id), token: String(access_token) };
}

async function shelve(url: string, admin: Account, ware: Ware, history: History): Promise<number> {
  const startedAt = now();
  const json = {
    name: ware.name,
    price: ware.priceMinor / 100,
    stock_quantity: ware.stock,
    max_per_customer: ware.maxPerCustomer ?? null,
    sale_starts_at: ware.sale ? SALE_STARTS_AT[ware.sale] : null,
  };
  const body = await succeed(url, { route: 'POST /products', token: admin.token, json });
  const productId = Number(body.id);
  history.restocks.push({ productId, quantity: ware.stock, outcome: 'done' });
  if (ware.maxPerCustomer !== undefined) {
    history.limits.push({ productId, maxPerCustomer: ware.maxPerCustomer, outcome: 'done' });
  }
  if (ware.sale === 'closed') history.closedIds.push(productId);
  history.prices.push({
    productId,
    priceMinor: ware.priceMinor,
    startedAt,
    endedAt: now(),
    outcome: 'done',
  });
  return productId;
}

/** Asks before any fault. */
export async function succeed(url: string, ask: Ask): Promise<Record<string, unknown>> {
  const { status, body } = await exchange(url, ask);
  if (status === 200 || status === 201) return body;
  throw new Error(`The storm could not be prepared: ${ask.route} answered ${status} ${String(body.code)}`);
}
