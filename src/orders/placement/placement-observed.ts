import { Observed } from '../../common/observation.js';
import type { PlacementOutcome } from './group-placement.js';
import type { PlacementAnswer } from './place-group.js';
import type { WaitingOrder } from './waiting-order.js';

/** An order, from its arrival to its answer. */
export const PLACEMENTS = new Observed<void, PlacementAnswer>();

/** Orders that go together, from when they are taken up until it is known what became of each. */
export const GROUPS = new Observed<readonly WaitingOrder[], readonly PlacementOutcome[]>();
