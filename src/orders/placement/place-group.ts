import type { QueryRunner } from 'typeorm';
import type { DomainError } from '../../common/errors/domain-error.js';
import type { SentLast } from '../../database/transaction-runner.js';
import { findExisting, lockProducts, type OnLocked } from '../../products/lock-products.js';
import { IdempotencyKeyReusedError } from '../orders.errors.js';
import { allocate, type Placed } from './allocate.js';
import { type EarlierOrder, findPlaced } from './find-placed.js';
import { type PlacementRequest, productIdsOf } from './placement-request.js';
import { recordOrders, type RecordedOrder } from './record-orders.js';

/** What became of one order of a group. */
export type PlacementAnswer =
  | { readonly kind: 'placed'; readonly order: RecordedOrder; readonly placed: Placed }
  | { readonly kind: 'replayed'; readonly orderId: number }
  | { readonly kind: 'refused'; readonly error: DomainError };

/** Nothing was decided: somebody else has locked these products. Only where `skip` was asked for. */
export interface HeldUp {
  readonly kind: 'held-up';
  readonly productIds: readonly number[];
}

/**
 * Places orders that share one transaction: lock their products, look up clients' keys, allocate,
 * write. Each gets its own answer, in the order given, and a refusal is an answer, not an exception:
 * no order can fail its neighbours. No two requests of a group may have the same placement key.
 * @param onLocked `skip` lets an order whose product is locked by somebody else stand back, so that it
 *   does not hold up its neighbours; `wait` waits for the lock.
 */
export async function placeGroup(
  queryRunner: QueryRunner,
  requests: readonly PlacementRequest[],
  onLocked: OnLocked,
): Promise<SentLast<(PlacementAnswer | HeldUp)[]>> {
  const answers = new Map<PlacementRequest, PlacementAnswer | HeldUp>();
  const pending = () => requests.filter((request) => !answers.has(request));
  const answer = (request: PlacementRequest, what: PlacementAnswer | HeldUp) => answers.set(request, what);

  const products = await lockProducts(queryRunner, productIdsOf(requests), onLocked);
  const held = onLocked === 'skip' ? await findHeld(queryRunner, productIdsOf(requests), products) : [];
  for (const request of pending()) standBack(request, held, answer);

  const earlier = await findPlaced(queryRunner, pending());
  for (const [request, order] of earlier) answer(request, answerEarlier(order));

  const placed: Placed[] = [];
  for (const allocation of allocate(products, pending())) {
    if (allocation.kind === 'placed') placed.push(allocation);
    else answer(allocation.request, { kind: 'refused', error: allocation.error });
  }
  const recorded = recordOrders(queryRunner, placed).then((orders) => {
    orders.forEach((order, index) => {
      const allocation = placed[index] as Placed;
      answer(allocation.request, { kind: 'placed', order, placed: allocation });
    });
    return requests.map((request) => answers.get(request) as PlacementAnswer | HeldUp);
  });
  return { outcome: recorded };
}

/** Products that exist and yet were not to be had: somebody else has locked them. */
async function findHeld(
  queryRunner: QueryRunner,
  wanted: readonly number[],
  locked: ReadonlyMap<number, unknown>,
): Promise<number[]> {
  const missing = wanted.filter((id) => !locked.has(id));
  return missing.length > 0 ? findExisting(queryRunner, missing) : [];
}

function standBack(
  request: PlacementRequest,
  held: readonly number[],
  answer: (request: PlacementRequest, heldUp: HeldUp) => void,
): void {
  const productIds = request.lines.map(({ productId }) => productId).filter((id) => held.includes(id));
  if (productIds.length > 0) answer(request, { kind: 'held-up', productIds });
}

function answerEarlier({ id, isSameRequest }: EarlierOrder): PlacementAnswer {
  if (isSameRequest) return { kind: 'replayed', orderId: id };
  return { kind: 'refused', error: new IdempotencyKeyReusedError() };
}
