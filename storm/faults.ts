import { now, pause, waitUntil } from './clock.js';
import type { FaultKind } from './options.js';
import type { CommitFault } from './proxied-connection.js';
import type { Random } from './random.js';
import type { Shop } from './shop.js';
import type { StormDatabase } from './storm-database.js';

export interface FaultScene {
  readonly shop: Shop;
  readonly database: StormDatabase;
  readonly random: Random;
  /** How long a lasting fault takes. */
  readonly holdMs: number;
  /** Ends a fault early. */
  readonly signal: AbortSignal;
}

/** The report of a fault that has ended. */
export interface FaultEnd {
  /** Set if the fault concerned only this product. */
  readonly productId?: number;
}

const HOLD_ROW = 'SELECT 1 FROM products WHERE id = $1 FOR UPDATE';
const COMMIT_FAULTS = ['before', 'after', 'after', 'silence'] as const satisfies CommitFault[];
const TERMINATIONS = 3;

/** Each causes its fault, and has undone it when it returns. */
export const FAULTS: Readonly<Record<FaultKind, (scene: FaultScene) => Promise<FaultEnd>>> = {
  kill: async ({ shop, random, holdMs, signal }) => {
    const service = random.pick(shop.services);
    await service.kill();
    await pause(holdMs / 4, signal);
    await service.launch();
    return {};
  },

  terminate: async ({ database, random, signal }) => {
    for (let n = 0; n < TERMINATIONS; n += 1) {
      await database.terminateBackends();
      await pause(random.between(10, 150), signal);
    }
    return {};
  },

  restart: async ({ database }) => {
    await database.crash();
    return {};
  },

  freeze: async ({ shop, random, holdMs, signal }) => {
    const services = random.chance(0.5) ? shop.services : [random.pick(shop.services)];
    for (const { proxy } of services) proxy.freeze();
    await pause(holdMs, signal);
    for (const { proxy } of services) proxy.thaw();
    return {};
  },

  'drop-commit': async ({ shop, random, holdMs, signal }) => {
    const proxies = shop.services.map(({ proxy }) => proxy);
    for (const proxy of proxies) {
      const count = random.between(2, 6);
      proxy.faultNextCommits(...Array.from({ length: count }, () => random.pick(COMMIT_FAULTS)));
    }
    await waitUntil(() => proxies.every((proxy) => proxy.commitFaultsLeft === 0), holdMs, signal);
    for (const proxy of proxies) proxy.spareCommits();
    return {};
  },

  'hold-row': async ({ shop, database, random, holdMs, signal }) => {
    const productId = random.pick(shop.hotIds);
    const until = now() + holdMs;
    await database.connected(async (client) => {
      await client.query('BEGIN');
      await client.query(HOLD_ROW, [productId]);
      await pause(until - now(), signal);
      await client.query('ROLLBACK');
    });
    return { productId };
  },
};
