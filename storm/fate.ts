import type { Attempt, OrderRecord, PlacementOutcome } from './history.js';

type PlacedOutcome = PlacementOutcome & { kind: 'placed' };

/** What a client may conclude about an order from all the answers it got. */
export type Fate = 'acknowledged' | 'refused' | 'unknown';

export function placedOutcomes({ attempts }: OrderRecord): PlacedOutcome[] {
  return attempts.flatMap(({ outcome }) => (outcome.kind === 'placed' ? [outcome] : []));
}

/**
 * An order is refused for good when every attempt was, or when a refusal came to an attempt that began
 * after all those of unknown outcome had ended: it has looked for the key and found no order.
 */
export function fateOf(order: OrderRecord): Fate {
  if (placedOutcomes(order).length > 0) return 'acknowledged';
  const lastDoubtAt = Math.max(...order.attempts.filter(isUnknown).map(({ endedAt }) => endedAt));
  const isRefused = order.attempts.some(
    ({ outcome, startedAt }) => outcome.kind === 'refused' && startedAt >= lastDoubtAt,
  );
  return isRefused ? 'refused' : 'unknown';
}

function isUnknown({ outcome }: Attempt): boolean {
  return outcome.kind === 'unknown';
}
