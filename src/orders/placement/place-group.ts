import type { QueryRunner } from 'typeorm';
import type { DomainError } from '../../common/domain-error.js';
import type { SentLast } from '../../database/transaction.runner.js';
import { findExisting, type LockedProduct, lockProducts } from '../../products/lock-products.js';
import type { OrderWithItems } from '../order-row.js';
import { IdempotencyKeyReusedError } from '../orders.errors.js';
import { allocate, type Placed } from './allocate.js';
import { type EarlierOrder, findPlaced } from './find-placed.js';
import { STEPS } from './group-steps-observed.js';
import { type PlacementRequest, productIdsOf } from './placement-request.js';
import { recordOrders, type RecordedOrder } from './record-orders.js';

/** What became of one order of a group. */
export type PlacementAnswer =
  | { readonly kind: 'placed'; readonly order: RecordedOrder; readonly placed: Placed }
  | { readonly kind: 'replayed'; readonly order: OrderWithItems }
  | { readonly kind: 'refused'; readonly error: DomainError };

/** Nothing was decided: somebody else has locked these products. */
export interface HeldUp {
  readonly kind: 'held-up';
  readonly productIds: readonly number[];
}

/** Which locks of somebody else a group waits for; an order that needs others stands back. */
export type LocksWaitedFor = 'all' | ReadonlySet<number>;

/**
 * Places orders that share one transaction: lock their products, look up clients' keys, allocate,
 * write. Each gets its own answer, in the order given, and a refusal is an answer, not an exception:
 * no order can fail its neighbours. No two requests of a group may have the same placement key.
 */
export async function placeGroup(
  queryRunner: QueryRunner,
  requests: readonly PlacementRequest[],
  waitFor: LocksWaitedFor,
): Promise<SentLast<(PlacementAnswer | HeldUp)[]>> {
  const answers = new Map<PlacementRequest, PlacementAnswer | HeldUp>();
  const pending = () => requests.filter((request) => !answers.has(request));
  const answer = (request: PlacementRequest, what: PlacementAnswer | HeldUp) => answers.set(request, what);

  const { products, held } = await STEPS.run('lock', () =>
    lock(queryRunner, productIdsOf(requests), waitFor),
  );
  const earlier = await findPlaced(queryRunner, requests);
  for (const [request, order] of earlier) answer(request, answerEarlier(order));
  for (const request of pending()) standBack(request, held, answer);

  const placed: Placed[] = [];
  for (const allocation of allocate(products, pending())) {
    if (allocation.kind === 'placed') placed.push(allocation);
    else answer(allocation.request, { kind: 'refused', error: allocation.error });
  }
  const written = STEPS.run('write', () => recordOrders(queryRunner, placed));
  const recorded = written.then((orders) => {
    orders.forEach((order, index) => {
      const allocation = placed[index] as Placed;
      answer(allocation.request, { kind: 'placed', order, placed: allocation });
    });
    return requests.map((request) => answers.get(request) as PlacementAnswer | HeldUp);
  });
  return { outcome: recorded, hasWritten: placed.length > 0 };
}

interface Locked {
  readonly products: ReadonlyMap<number, LockedProduct>;
  /** Products that exist and were not to be had. */
  readonly held: readonly number[];
}

/** Locks what is waited for first, and then, without waiting, what else is to be had. */
async function lock(
  queryRunner: QueryRunner,
  ids: readonly number[],
  waitFor: LocksWaitedFor,
): Promise<Locked> {
  if (waitFor === 'all') return { products: await lockProducts(queryRunner, ids), held: [] };
  const waitedFor = ids.filter((id) => waitFor.has(id));
  const first = waitedFor.length > 0 ? await lockProducts(queryRunner, waitedFor) : [];
  const rest = await lockProducts(
    queryRunner,
    ids.filter((id) => !waitFor.has(id)),
    'skip',
  );
  const products = new Map([...first, ...rest]);
  const missing = ids.filter((id) => !products.has(id));
  const held = missing.length > 0 ? await findExisting(queryRunner, missing) : [];
  return { products, held };
}

function standBack(
  request: PlacementRequest,
  held: readonly number[],
  answer: (request: PlacementRequest, heldUp: HeldUp) => void,
): void {
  const productIds = request.lines.map(({ productId }) => productId).filter((id) => held.includes(id));
  if (productIds.length > 0) answer(request, { kind: 'held-up', productIds });
}

function answerEarlier({ order, isSameRequest }: EarlierOrder): PlacementAnswer {
  if (isSameRequest) return { kind: 'replayed', order };
  return { kind: 'refused', error: new IdempotencyKeyReusedError() };
}
