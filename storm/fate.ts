import type { ChangeOutcome, OrderRecord, PlacementOutcome } from './history.js';
import type { Reply } from './http-exchange.js';

type PlacedOutcome = PlacementOutcome & { kind: 'placed' };

/** One attempt at a write, and its answer. */
export interface Answered {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly outcome: ChangeOutcome;
}

/** What a client may conclude about an order from all its answers. */
export type Fate = 'acknowledged' | 'refused' | 'unknown';

export function placedOutcomes({ attempts }: OrderRecord): PlacedOutcome[] {
  return attempts.flatMap(({ outcome }) => (outcome.kind === 'placed' ? [outcome] : []));
}

export function fateOf({ attempts }: OrderRecord): Fate {
  const answers = attempts.map(({ startedAt, endedAt, outcome: { kind } }): Answered => {
    return { startedAt, endedAt, outcome: kind === 'placed' ? 'done' : kind };
  });
  const outcome = outcomeOf(answers);
  return outcome === 'done' ? 'acknowledged' : outcome;
}

/**
 * A write is finally refused if every attempt with its key was refused, or if one was refused that began
 * after all attempts of unknown outcome had ended: it looked for the key and found nothing.
 */
export function outcomeOf(answers: readonly Answered[]): ChangeOutcome {
  const withOutcome = (wanted: ChangeOutcome) => answers.filter(({ outcome }) => outcome === wanted);
  if (withOutcome('done').length > 0) return 'done';
  const lastDoubtAt = Math.max(...withOutcome('unknown').map(({ endedAt }) => endedAt));
  return withOutcome('refused').some(({ startedAt }) => startedAt >= lastDoubtAt) ? 'refused' : 'unknown';
}

/** Answers that are not documented count as unknown here; they are violations by themselves. */
export function changeOutcomeOf({ status }: Pick<Reply, 'status'>): ChangeOutcome {
  if (status === 200 || status === 201) return 'done';
  return status !== undefined && status < 500 ? 'refused' : 'unknown';
}
