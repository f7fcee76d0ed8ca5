import { groupBy } from './group-by.js';
import type { History } from './history.js';
import type { StoredState } from './stored-state.js';
import type { Violation } from './violation.js';

/** The outcome of the admin's writes with keys. */
export interface WriteComparison {
  readonly restocks: number;
  /** Stored restocks that no client has sent. */
  readonly restocksDoubled: number;
  readonly productsDoubled: number;
  readonly violations: readonly Violation[];
}

/** Writes that look the same in the database, so only their number shows whether one is doubled. */
interface Tally {
  readonly text: string;
  readonly done: number;
  readonly unknown: number;
  readonly stored: number;
  readonly wasSent: boolean;
}

/**
 * Counts restocks and creations: at least as many as were acknowledged, plus at most those of unknown
 * outcome.
 */
export function compareWrites(
  { restocks, creations }: Pick<History, 'restocks' | 'creations'>,
  { adjustments, productNames }: StoredState,
): WriteComparison {
  const adjustmentOf = ({ productId, quantity }: { productId: number; quantity: number }) =>
    `adjustment of product ${productId} by ${quantity}`;
  const restockTallies = tally(
    restocks.map((restock) => ({ ...restock, text: adjustmentOf(restock) })),
    adjustments.map(adjustmentOf),
  );
  const productOf = (name: string) => `product "${name}"`;
  const productTallies = tally(
    creations.map(({ name, outcome }) => ({ outcome, text: productOf(name) })),
    productNames.map(productOf),
  );
  return {
    restocks: restocks.length,
    restocksDoubled: doubled(restockTallies),
    productsDoubled: doubled(productTallies),
    violations: [...restockTallies, ...productTallies].flatMap(violationsOf),
  };
}

function tally(
  sent: readonly (Pick<History['restocks'][number], 'outcome'> & { readonly text: string })[],
  stored: readonly string[],
): Tally[] {
  const sentBy = groupBy(sent, ({ text }) => text);
  const storedBy = groupBy(stored, (text) => text);
  return [...new Set([...sentBy.keys(), ...storedBy.keys()])].map((text) => {
    const outcomes = (sentBy.get(text) ?? []).map(({ outcome }) => outcome);
    const count = (wanted: string) => outcomes.filter((outcome) => outcome === wanted).length;
    const found = storedBy.get(text)?.length ?? 0;
    return {
      text,
      done: count('done'),
      unknown: count('unknown'),
      stored: found,
      wasSent: outcomes.length > 0,
    };
  });
}

function doubled(tallies: readonly Tally[]): number {
  return tallies.reduce((sum, one) => sum + (one.wasSent ? Math.max(0, excess(one)) : 0), 0);
}

const excess = ({ done, unknown, stored }: Tally) => stored - done - unknown;

function violationsOf(one: Tally): Violation[] {
  const { text, done, unknown, stored, wasSent } = one;
  if (stored >= done && excess(one) <= 0) return [];
  const promise = wasSent && excess(one) > 0 ? 'I1' : 'S1';
  return [
    {
      promise,
      text: `${text}: ${done} acknowledged and ${unknown} of unknown outcome, but ${stored} stored`,
    },
  ];
}
