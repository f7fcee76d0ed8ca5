import { Observed } from '../common/observation.js';

/** An attempt to sign in. */
export const LOGINS = new Observed<void>();
