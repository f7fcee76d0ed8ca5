import { Observed } from '../common/observation.js';

/** An attempt at a transaction, the first one being number 1. */
export const TRANSACTIONS = new Observed<number>();

/** From sending COMMIT to its answer. */
export const COMMITS = new Observed<void>();
