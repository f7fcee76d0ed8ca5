import type { QueryRunner } from 'typeorm';
import type { DomainError } from '../../common/errors/domain-error.js';
import { lockProducts } from '../../products/lock-products.js';
import { IdempotencyKeyReusedError } from '../orders.errors.js';
import { allocate, type Placed } from './allocate.js';
import { type EarlierOrder, findPlaced } from './find-placed.js';
import type { PlacementRequest } from './placement-request.js';
import { recordOrders, type RecordedOrder } from './record-orders.js';

/** What became of one order of a group. */
export type PlacementAnswer =
  | { readonly kind: 'placed'; readonly order: RecordedOrder; readonly placed: Placed }
  | { readonly kind: 'replayed'; readonly orderId: number }
  | { readonly kind: 'refused'; readonly error: DomainError };

/**
 * Places orders that share one transaction: lock their products, look up clients' keys, allocate,
 * write. Each gets its own answer, in the order given, and a refusal is an answer, not an exception:
 * no order can fail its neighbours. No two requests of a group may have the same placement key.
 */
export async function placeGroup(
  queryRunner: QueryRunner,
  requests: readonly PlacementRequest[],
): Promise<PlacementAnswer[]> {
  const products = await lockProducts(queryRunner, productIdsOf(requests));
  const earlier = await findPlaced(queryRunner, requests);
  const fresh = requests.filter((request) => !earlier.has(request));
  const allocations = allocate(products, fresh);
  const placed = allocations.filter((allocation) => allocation.kind === 'placed');
  const orders = await recordOrders(queryRunner, placed);

  const answers = new Map<PlacementRequest, PlacementAnswer>();
  for (const [request, order] of earlier) answers.set(request, answerEarlier(order));
  for (const allocation of allocations) {
    if (allocation.kind === 'refused')
      answers.set(allocation.request, { kind: 'refused', error: allocation.error });
  }
  placed.forEach((order, index) => {
    answers.set(order.request, { kind: 'placed', order: orders[index] as RecordedOrder, placed: order });
  });
  return requests.map((request) => answers.get(request) as PlacementAnswer);
}

function productIdsOf(requests: readonly PlacementRequest[]): number[] {
  return [...new Set(requests.flatMap(({ lines }) => lines.map(({ productId }) => productId)))];
}

function answerEarlier({ id, isSameRequest }: EarlierOrder): PlacementAnswer {
  if (isSameRequest) return { kind: 'replayed', orderId: id };
  return { kind: 'refused', error: new IdempotencyKeyReusedError() };
}
