import { Observed } from '../../common/observation.js';

/** The two round trips of a group: BEGIN and the locks, then the write with COMMIT behind it. */
export const STEPS = new Observed<'lock' | 'write'>();
