import { TIME_UNDER_LOCK } from './columns.js';

/**
 * SQL that records what has happened to some resources as one row of the log, as a part of
 * the statement that makes it happen. So they are committed together, and the row's
 * `sequence` is drawn under the locks of the change: of two changes of which one had to wait
 * for the other, the first has the lower one. It stands here because the features record
 * events, and the log that numbers and serves them (`events/`) stands above the features.
 * @param type an SQL expression, such as `'order.placed'` in quotes.
 * @param ids an aggregate of the resources' ids.
 * @param from a CTE with a row for each of the resources; without rows, nothing is recorded.
 */
export const recordEvents = (type: string, ids: string, from: string): string => `
    INSERT INTO events (type, resource_ids, occurred_at)
    SELECT ${type}, ${ids}, ${TIME_UNDER_LOCK()} FROM ${from} HAVING count(*) > 0`;
