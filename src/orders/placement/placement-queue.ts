import { GroupQueue } from '../../common/group-queue/group-queue.js';
import type { GroupWork, Waiting } from '../../common/group-queue/group-work.js';
import { Observed } from '../../common/observation.js';
import type { Env } from '../../config/env.js';
import { keyOf } from './find-placed.js';
import { type PlacedOrder, type PlacementRequest, productIdsOf } from './placement-request.js';

/** An order, from its arrival to its answer. */
export const PLACEMENTS = new Observed<void, PlacedOrder>();

/** The orders of a group, from leaving the queue to their outcomes. */
export const GROUPS = new Observed<readonly Waiting<PlacementRequest>[]>();

/** The two round trips of a group: BEGIN with the lock query, then the write with COMMIT. */
export const STEPS = new Observed<'lock' | 'write'>();

/** Lines of a group, so that baskets with hundreds of lines do not make a transaction long. */
const GROUP_LINES_MAX = 2_000;
/** Lines of all unanswered orders, about 5 MB. */
const LINES_MAX = 100_000;
/** An order waits as long as any other write for a row that is locked elsewhere. */
const BLOCKED_MS_MAX = 2_000;
/**
 * From an order's arrival to the end of its last transaction, which may take 2 s longer if it needs a new
 * connection.
 */
const ORDER_MS_MAX = 7_000;

/** The queue of orders: those that arrive while a group is placed share the next transaction. */
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
