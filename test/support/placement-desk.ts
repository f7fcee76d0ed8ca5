import { afterAll, beforeAll, expect } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { parseEnv } from '../../src/config/load-env.js';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { TransactionRunner } from '../../src/database/transaction.runner.js';
import { BackgroundTasks } from '../../src/database/background.tasks.js';
import { IdempotentWrites } from '../../src/idempotency/idempotent.writes.js';
import { OrdersService } from '../../src/orders/orders.service.js';
import type { Written } from '../../src/idempotency/idempotent.writes.js';
import type { PlacementRequest } from '../../src/orders/placement/placement-request.js';
import { FaultProxy } from '../../storm/fault-proxy.js';
import { audit } from './audit.js';
import { TestDatabase } from './database.js';
import { allEntities } from './entities.js';
import { PREPARES, throughPooler } from './pooler.js';

/** The service's queue without HTTP in front, so that a test decides which orders arrive together. */
export class PlacementDesk {
  private constructor(
    readonly queue: OrdersService['queue'],
    readonly proxy: FaultProxy,
    private readonly dataSource: DataSource,
  ) {}

  static async open(database: TestDatabase, variables: Record<string, string> = {}): Promise<PlacementDesk> {
    const env = parseEnv({ ...variables });
    const proxy = await FaultProxy.start(throughPooler(database.url));
    const dataSource = await new DataSource({
      ...dataSourceOptions(proxy.url, env.DATABASE_POOL_SIZE, PREPARES),
      entities: await allEntities(),
    }).initialize();
    const transactions = new TransactionRunner(dataSource, env);
    const orders = new OrdersService(
      env,
      transactions,
      new IdempotentWrites(transactions, new BackgroundTasks()),
    );
    return new PlacementDesk(orders.queue, proxy, dataSource);
  }

  place(request: PlacementRequest, isGone = () => false): Promise<Written> {
    return this.queue.add(request, { requestId: request.placementKey, isGone });
  }

  /** Orders that all arrive, in this order, before the first one is processed. */
  placeAll(requests: readonly PlacementRequest[]): Promise<PromiseSettledResult<Written>[]> {
    return Promise.allSettled(requests.map((request) => this.place(request)));
  }

  async close(): Promise<void> {
    await this.dataSource.destroy();
    this.proxy.stop();
  }
}

/** A database with one customer, on which a test opens desks; at the end the stock has to add up. */
export class PlacementWorld {
  database!: TestDatabase;
  customer!: number;
  private readonly desks: PlacementDesk[] = [];

  async setUp(): Promise<void> {
    // Without this, log lines about failed groups would appear between the test results.
    Logger.overrideLogger(false);
    this.database = await TestDatabase.create();
    this.customer = await this.database.addCustomer();
  }

  async tearDown(): Promise<void> {
    for (const desk of this.desks) await desk.close();
    const { balanced } = await audit(this.database);
    await this.database.drop();
    expect(balanced).toBe(true);
  }

  async desk(variables: Record<string, string> = {}): Promise<PlacementDesk> {
    const desk = await PlacementDesk.open(this.database, variables);
    this.desks.push(desk);
    return desk;
  }

  product(stock: number): Promise<number> {
    return this.database.addProduct(stock);
  }

  order(quantities: Record<number, number>, more: Partial<PlacementRequest> = {}): PlacementRequest {
    return request(this.customer, quantities, more);
  }

  stockOf(id: number): Promise<number> {
    return this.database.stockOf({ id });
  }
}

export function usePlacement(): PlacementWorld {
  const world = new PlacementWorld();
  beforeAll(() => world.setUp());
  afterAll(() => world.tearDown());
  return world;
}

export const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

/** An order of this many units of each product, by id. */
export function request(
  customerId: number,
  quantities: Record<number, number>,
  more: Partial<PlacementRequest> = {},
): PlacementRequest {
  const lines = Object.entries(quantities).map(([id, quantity]) => ({ productId: Number(id), quantity }));
  return {
    customerId,
    placementKey: randomUUID(),
    requestHash: null,
    reference: null,
    mayBePlaced: false,
    lines,
    ...more,
  };
}

/** The outcome of an order in one word: placed, replayed, or the code of its refusal or failure. */
export function fateOf(result: PromiseSettledResult<Written>): string {
  if (result.status === 'rejected') return (result.reason as { code?: string }).code ?? 'failed';
  return result.value.isReplayed ? 'replayed' : 'placed';
}
