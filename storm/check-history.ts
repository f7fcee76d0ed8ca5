import { compareOrders, type OrderComparison } from './check-orders.js';
import { checkDrops, type DropComparison } from './check-drops.js';
import { checkHolds, type HoldComparison } from './check-holds.js';
import { checkPrices } from './check-prices.js';
import { checkStatuses } from './check-statuses.js';
import { checkStock } from './check-stock.js';
import { countsOf, type EventLog } from './event-log.js';
import { MessageLog } from './message-log.js';
import { compareWrites, type WriteComparison } from './check-writes.js';
import type { FaultRecord, History } from './history.js';
import type { StoredState } from './stored-state.js';
import type { Violation } from './violation.js';

/** How soon after a fault the service has to serve again. */
const RECOVERY_MS_MAX = 5_000;

export interface Findings extends OrderComparison, HoldComparison, DropComparison, WriteComparison {
  readonly cancelled: number;
  /** What the stream readers have found, in words. */
  readonly events: string;
  /** What the webhook receiver has found, in words. */
  readonly webhooks: string;
}

/** Compares what the clients have seen with what the database holds. The service must have stopped. */
export function checkHistory(
  history: History,
  stored: StoredState,
  logs: readonly EventLog[] = [],
  messages = new MessageLog(),
): Findings {
  for (const log of logs) log.compare(stored);
  const comparison = compareOrders(history.orders, stored);
  const holds = checkHolds(stored);
  const drops = checkDrops(history, stored);
  const writes = compareWrites(history, stored);
  return {
    ...comparison,
    ...holds,
    ...drops,
    events: countsOf(logs),
    webhooks: messages.summary,
    ...writes,
    cancelled: history.orders.filter(({ cancels }) => cancels.includes('done')).length,
    violations: [
      ...history.violations,
      ...checkStock(stored),
      ...writes.violations,
      ...comparison.violations,
      ...history.faults.flatMap(checkRecovery),
      ...checkPrices(history.orders, history.prices),
      ...holds.violations,
      ...drops.violations,
      ...checkStatuses(history.orders, stored),
      ...logs.flatMap(({ violations }) => violations),
      ...messages.violations,
    ],
  };
}

function checkRecovery({ kind, servedAfterMs, isServiceMissing }: FaultRecord): Violation[] {
  const isSlow = servedAfterMs !== undefined && servedAfterMs > RECOVERY_MS_MAX;
  if (!isSlow && !isServiceMissing) return [];
  const time = isSlow ? `only ${Math.round(servedAfterMs)} ms` : 'in vain for long';
  return [{ promise: 'S4', text: `after ${kind}, an order on every process was waited for ${time}` }];
}
