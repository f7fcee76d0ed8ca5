import { GroupQueue } from '../../common/group-queue/group-queue.js';
import type { GroupWork, Waiting } from '../../common/group-queue/group-work.js';
import { Observed } from '../../common/observation.js';
import type { Env } from '../../config/env.js';
import type { Written } from '../../idempotency/idempotent.writes.js';
import { keyOf } from './find-placed.js';
import { type PlacementRequest, productIdsOf } from './placement-request.js';

/** An order, from its arrival to its answer. */
export const PLACEMENTS = new Observed<void, Written>();

/** A group of orders, from leaving the queue to its outcomes. */
export const GROUPS = new Observed<readonly Waiting<PlacementRequest>[]>();

/** The two round trips of a group: BEGIN with the lock query, then the write with COMMIT. */
export const STEPS = new Observed<'lock' | 'write'>();

/** Lines of one group, so that large orders do not make a transaction long. */
const GROUP_LINES_MAX = 2_000;
/** Lines of all unanswered orders, about 5 MB. */
const LINES_MAX = 100_000;
/** How long an order waits for a row that is locked elsewhere, like any other write. */
const BLOCKED_MS_MAX = 2_000;
/** From an order's arrival to the end of its last transaction. A new connection may add 2 s. */
const ORDER_MS_MAX = 7_000;

export function placementQueue(
  env: Env,
  work: Pick<GroupWork<PlacementRequest, Written>, 'run' | 'findFree'>,
): GroupQueue<PlacementRequest, Written> {
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
  return new GroupQueue<PlacementRequest, Written>(whole, limits, GROUPS);
}
