import { Inject, Injectable } from '@nestjs/common';
import type { QueryRunner } from 'typeorm';
import type { AuthenticatedUser } from '../auth/access/authenticated-user.js';
import type { GroupQueue } from '../common/group-queue/group-queue.js';
import type { Caller, Outcome } from '../common/group-queue/group-work.js';
import { Env } from '../config/env.js';
import { lockAdmin } from '../auth/access/lock-caller.js';
import { OutcomeUnknownError, TransactionRunner } from '../database/transaction.runner.js';
import { IdempotentWrites, type WriteRequest, type Written } from '../idempotency/idempotent.writes.js';
import { lockProducts } from '../products/lock-products.js';
import { cancelOrders } from './cancel-orders.js';
import { confirmOrder } from './confirm-order.js';
import { type LockedOrder, lockOrder } from './lock-order.js';
import { readOrder } from './order.reader.js';
import { canBecome, type OrderStatus } from './order-status.js';
import { InvalidTransitionError } from './orders.errors.js';
import { allocate } from './placement/allocate.js';
import { findFree, requeueBlocked } from './placement/blocked-orders.js';
import { findPlaced } from './placement/find-placed.js';
import { PLACEMENTS, placementQueue, STEPS } from './placement/placement-queue.js';
import { type PlacementRequest, productIdsOf } from './placement/placement-request.js';
import { recordOrders } from './placement/record-orders.js';
import { SaleStateReader } from './placement/sale-state.reader.js';
import { ifShort, releaseExpired, requeueShort } from './placement/short-orders.js';

type PlacementOutcome = Outcome<PlacementRequest, Written>;

@Injectable()
export class OrdersService {
  /** Orders that arrive while a group is placed wait here, and share the next transaction. */
  readonly queue: GroupQueue<PlacementRequest, Written>;
  private readonly sales = new SaleStateReader();

  constructor(
    @Inject(Env) private readonly env: Env,
    private readonly transactions: TransactionRunner,
    private readonly writes: IdempotentWrites,
  ) {
    this.queue = placementQueue(env, {
      run: (requests, deadline) => this.placeGroup(requests, deadline),
      findFree: async (productIds) => {
        await releaseExpired(transactions, productIds);
        return findFree(transactions, productIds);
      },
    });
  }

  /**
   * Places an order: all lines or none. Its product rows are locked (`SELECT … FOR UPDATE`) in ascending
   * order of id, in a transaction that it shares with the orders that arrived with it. Order, stock and key
   * are committed together, so a retry with the same key gets the same order, in its current state.
   * @throws ProductNotFoundError, ProductInactiveError, NotOnSaleError, PurchaseLimitExceededError or
   *   InsufficientStockError, the first that applies, with all of its lines; DomainError `total-too-large`;
   *   PriceChangedError; DomainError `idempotency-key-reused`; ServiceBusyError. No stock was taken then.
   *   Only after OutcomeUnknownError, a ServiceBusyError, the order may exist; a retry with the same key
   *   finds out.
   */
  async place(request: PlacementRequest, caller: Caller): Promise<Written> {
    const answer = this.queue.add(request, caller);
    const { resource, isReplayed } = await PLACEMENTS.run(undefined, () => answer);
    // Nobody else has a generated key, so the earlier order is this one: its COMMIT was not answered.
    return { resource, isReplayed: isReplayed && request.requestHash !== null };
  }

  /**
   * Places a group of orders in one transaction: lock, allocate, record, commit. Each order gets an answer of
   * its own. A refusal is an answer too, so no order can fail the others. No two orders of a group have the
   * same key.
   */
  private placeGroup(requests: readonly PlacementRequest[], deadline: number): Promise<PlacementOutcome[]> {
    return this.transactions.runPipelined(async (queryRunner, failure) => {
      // SELECT … ORDER BY id FOR UPDATE, by setLock('pessimistic_write'); BEGIN is sent with it.
      const productIds = requests.flatMap(productIdsOf);
      const locking = lockProducts(queryRunner, productIds, failure ? 'skip' : 'wait', ifShort(requests));
      const reading = this.sales.readUnderLock(queryRunner, requests, locking);
      const [products, sales] = await STEPS.run('lock', () => Promise.all([locking, reading]));

      const mayBePlaced = (request: PlacementRequest) =>
        request.mayBePlaced || failure instanceof OutcomeUnknownError;
      const earlier = await findPlaced(queryRunner, requests.filter(mayBePlaced));
      const blocked = failure && (await requeueBlocked(queryRunner, requests, products));
      const open = requests.filter((request) => !earlier.has(request) && !blocked?.has(request));
      const { allocated, refused } = allocate(products, open, sales);

      // One statement takes the stock and writes the orders; COMMIT is sent with it.
      const recording = recordOrders(queryRunner, allocated, this.env.PENDING_ORDER_TTL);
      const requeuing = requeueShort(queryRunner, refused, products);
      const writing = Promise.all([STEPS.run('write', () => recording), requeuing]);
      const outcome = writing.then(([placed, short]) => {
        const again = (request: PlacementRequest) => blocked?.get(request) ?? short.get(request);
        const answerTo = (request: PlacementRequest) =>
          earlier.get(request) ?? again(request) ?? refused.get(request) ?? placed.get(request);
        return requests.map((request) => answerTo(request) as PlacementOutcome);
      });
      return { outcome, hasWritten: allocated.size > 0 };
    }, deadline);
  }

  /**
   * @throws OrderNotFoundError, InvalidTransitionError, ServiceBusyError, DomainError `precondition-failed`
   *   or `idempotency-key-reused`.
   */
  confirm(id: number, admin: AuthenticatedUser, request: WriteRequest): Promise<Written> {
    return this.change(id, 'CONFIRMED', admin, request, (queryRunner) =>
      confirmOrder(queryRunner, id, admin.id),
    );
  }

  /**
   * Cancels an order and returns its stock, exactly once however many requests arrive together. Its history
   * keeps the reason.
   * @throws as `confirm`.
   */
  cancel(
    id: number,
    caller: AuthenticatedUser,
    request: WriteRequest,
    reason: string | null = null,
  ): Promise<Written> {
    return this.change(id, 'CANCELLED', caller, request, (queryRunner, order) =>
      cancelOrders(queryRunner, [order], { by: caller.id, reason }),
    );
  }

  private change(
    id: number,
    next: OrderStatus,
    caller: AuthenticatedUser,
    request: WriteRequest,
    write: (queryRunner: QueryRunner, order: LockedOrder) => Promise<void>,
  ): Promise<Written> {
    const effect = async (queryRunner: QueryRunner) => {
      // Of two callers, the second sees under the lock what the first has done, and is refused.
      const order = await lockOrder(queryRunner, id, caller);
      request.preconditions.check(order.version);
      if (!canBecome(order.status, next)) throw new InvalidTransitionError(order.status, next);
      await write(queryRunner, order);
      if (caller.role === 'admin') await lockAdmin(queryRunner.manager, caller);
      return id;
    };
    const read = (queryRunner: QueryRunner) => readOrder(queryRunner, id, caller);
    return this.writes.run(caller.id, request, { effect, read });
  }
}
