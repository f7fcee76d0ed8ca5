import { GroupQueue } from '../../common/group-queue/group-queue.js';
import type { GroupWork, Waiting } from '../../common/group-queue/group-work.js';
import { Observed } from '../../common/observation.js';
import type { Env } from '../../config/env.js';
import { keyOf } from './find-placed.js';
import { type PlacedOrder, type PlacementRequest, productIdsOf } from './placement-request.js';

/** An order, from its arrival to its answer. */
export const PLACEMENTS = new Observed<void, PlacedOrder>();

/** Orders that share a transaction, from when they leave the queue until it is known what became of each. */
export const GROUPS = new Observed<readonly Waiting<PlacementRequest>[]>();

/** The two round trips of a group: BEGIN and the locks, then the write with COMMIT behind it. */
export const STEPS = new Observed<'lock' | 'write'>();

/** Lines of all orders of a group, so that baskets of hundreds do not make one transaction long. */
const GROUP_LINES_MAX = 2_000;
/** Lines of all orders that have no answer yet, some 5 MB of them. */
const LINES_MAX = 100_000;
/** An order waits as long as any write for products that somebody else holds. */
const BLOCKED_MS_MAX = 2_000;
/** From an order's arrival to the end of its last transaction, which may take another 2 s where it needs a new connection. */
const ORDER_MS_MAX = 7_000;

/** Lets orders that arrive while others are placed share the next transaction, product ids being what they may share. */
export function placementQueue(
  env: Env,
  work: Pick<GroupWork<PlacementRequest, PlacedOrder>, 'run' | 'findFree'>,
): GroupQueue<PlacementRequest, PlacedOrder> {
  const limits = {
    slots: env.PLACEMENT_LANES,
    groupItemsMax: env.PLACEMENT_GROUP_MAX,
    groupResourcesMax: GROUP_LINES_MAX,
    waitingMax: env.PLACEMENT_QUEUE_MAX,
    resourcesMax: LINES_MAX,
    waitMsMax: env.PLACEMENT_WAIT_MS,
    requeuedMsMax: BLOCKED_MS_MAX,
    answerMsMax: ORDER_MS_MAX,
  };
  const whole = { ...work, keyOf, resourcesOf: productIdsOf };
  return new GroupQueue<PlacementRequest, PlacedOrder>(whole, limits, GROUPS);
}
