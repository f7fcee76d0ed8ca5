import { Injectable } from '@nestjs/common';
import type { QueryDeepPartialEntity, QueryRunner } from 'typeorm';
import type { AuthenticatedUser } from '../auth/access/authenticated-user.js';
import type { Preconditions } from '../http/preconditions.js';
import { NEXT_VERSION, TIME_UNDER_LOCK } from '../database/columns.js';
import { TransactionRunner } from '../database/transaction.runner.js';
import { lockOrder } from './lock-order.js';
import type { OrderWithItems } from './order-row.js';
import { canBecome, type OrderStatus } from './order-status.js';
import { Order } from './order.entity.js';
import { InvalidTransitionError } from './orders.errors.js';
import { mergeLines } from './placement/merge-lines.js';
import type { PlacementAnswer } from './placement/place-group.js';
import { PlacementQueue } from './placement/placement-queue.js';
import {
  hashRequest,
  newPlacementKey,
  type OrderLine,
  type PlacementRequest,
} from './placement/placement-request.js';
import { restock } from './restock.js';

export interface WantedOrder {
  readonly lines: readonly OrderLine[];
  readonly expectedTotalMinor?: number | undefined;
  readonly idempotencyKey?: string | undefined;
  /** Tells, when the order's turn comes, whether nobody waits for it any more. */
  readonly isAbandoned?: () => boolean;
}

export interface PlacedOrder {
  readonly order: OrderWithItems;
  /** Whether the order was placed by an earlier request with the same key. */
  readonly isReplay: boolean;
}

@Injectable()
export class OrdersService {
  constructor(
    private readonly queue: PlacementQueue,
    private readonly transactions: TransactionRunner,
  ) {}

  /**
   * Places an order: all its lines or none. When it returns, order, stock and key are
   * committed together, so a retry with the same key gets the same order, as it is by then.
   * @throws ValidationFailedError when the merged lines exceed the limits, ProductNotFoundError,
   *   ProductInactiveError, InsufficientStockError with every short line, TotalTooLargeError,
   *   PriceChangedError, IdempotencyKeyReusedError, ServiceBusyError. Nothing is taken then; only after
   *   OutcomeUnknownError, which is a ServiceBusyError, is that for a retry with the same key to find out.
   */
  async place(wanted: WantedOrder, customer: AuthenticatedUser): Promise<PlacedOrder> {
    const answer = await this.queue.place(asRequest(wanted, customer), wanted.isAbandoned);
    if (answer.kind === 'refused') throw answer.error;
    if (answer.kind === 'replayed') {
      return { order: answer.order, isReplay: wanted.idempotencyKey !== undefined };
    }
    return { order: asNewOrder(answer), isReplay: false };
  }

  /** @throws OrderNotFoundError, InvalidTransitionError, DomainError `precondition-failed`, ServiceBusyError. */
  confirm(id: number, admin: AuthenticatedUser, preconditions: Preconditions): Promise<OrderWithItems> {
    return this.transactions.run(async (queryRunner) => {
      const order = await lockOrder(queryRunner, id, admin);
      assertCanBecome('CONFIRMED', order, preconditions);
      return change(queryRunner, order, {
        status: 'CONFIRMED',
        confirmedBy: admin.id,
        confirmedAt: TIME_UNDER_LOCK,
      });
    });
  }

  /**
   * Cancels an order and gives its stock back, exactly once however many ask at once. The reason is for its history.
   * @throws OrderNotFoundError, InvalidTransitionError, DomainError `precondition-failed`, ServiceBusyError.
   */
  cancel(
    id: number,
    caller: AuthenticatedUser,
    preconditions: Preconditions,
    reason: string | null = null,
  ): Promise<OrderWithItems> {
    return this.transactions.run(async (queryRunner) => {
      const order = await lockOrder(queryRunner, id, caller);
      assertCanBecome('CANCELLED', order, preconditions);
      await restock(queryRunner, order);
      return change(queryRunner, order, {
        status: 'CANCELLED',
        cancelledBy: caller.id,
        cancelledAt: TIME_UNDER_LOCK,
        cancelReason: reason,
      });
    });
  }
}

/** Whoever comes second to the order's lock sees the status that the first one left, and is refused here. */
function assertCanBecome(
  next: OrderStatus,
  { status, version }: OrderWithItems,
  preconditions: Preconditions,
): void {
  preconditions.check(version);
  if (!canBecome(status, next)) throw new InvalidTransitionError(status, next);
}

async function change(
  { manager }: QueryRunner,
  order: OrderWithItems,
  facts: QueryDeepPartialEntity<Order>,
): Promise<OrderWithItems> {
  await manager.update(Order, { id: order.id }, { ...facts, ...NEXT_VERSION });
  const changed = await manager.findOneByOrFail(Order, { id: order.id });
  return { ...order, ...changed };
}

function asRequest(
  { lines, expectedTotalMinor, idempotencyKey }: WantedOrder,
  customer: AuthenticatedUser,
): PlacementRequest {
  const merged = mergeLines(lines);
  return {
    customerId: customer.id,
    placementKey: idempotencyKey ?? newPlacementKey(),
    requestHash: idempotencyKey === undefined ? null : hashRequest(merged, expectedTotalMinor),
    mayBePlaced: idempotencyKey !== undefined,
    lines: merged,
    expectedTotalMinor,
  };
}

/** What was just committed, put together without asking the database again. */
function asNewOrder({ order, placed }: PlacementAnswer & { kind: 'placed' }): OrderWithItems {
  return {
    id: order.id,
    customerId: placed.request.customerId,
    status: 'PENDING',
    totalMinor: placed.totalMinor,
    version: 1,
    createdAt: order.createdAt,
    updatedAt: order.createdAt,
    items: [...placed.lines].sort((a, b) => a.productId - b.productId),
  };
}
