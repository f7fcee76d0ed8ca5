import { TIME_UNDER_LOCK } from './columns.js';

/**
 * SQL that records an event for some resources, as a part of the statement that changes them. Both are
 * committed together, and the event's `sequence` is drawn under the locks of the change: if one change waits
 * for another, its event comes later.
 * @param type an SQL expression, such as `'order.placed'` in quotes.
 * @param ids an aggregate of the resources' ids.
 * @param from a CTE with a row for each resource; without rows, nothing is recorded.
 */
export const recordEvents = (type: string, ids: string, from: string): string => `
    INSERT INTO events (type, resource_ids, occurred_at)
    SELECT ${type}, ${ids}, ${TIME_UNDER_LOCK()} FROM ${from} HAVING count(*) > 0`;
