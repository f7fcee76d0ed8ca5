/** Minor units (cents) in one unit of a price. */
const MINOR_PER_UNIT = 100;

/** The largest price of one piece: 99,999,999.99. */
export const PRICE_MAX_MINOR = 9_999_999_999;

/** The largest total of one order: 999,999,999,999.99, far below 2^53. */
export const TOTAL_MAX_MINOR = 99_999_999_999_999;

/**
 * The minor units that are nearest to an amount; the same ones for all that is within half a minor unit of
 * them.
 */
export function toMinorUnits(amount: number): number {
  return Math.round(amount * MINOR_PER_UNIT);
}

/** Exact: a decimal with two places parses to the double nearest to n/100, which is what `n / 100` is. */
export function hasAtMostTwoDecimals(amount: number): boolean {
  return fromMinor(toMinorUnits(amount)) === amount;
}

/** The JSON number for an amount in minor units. */
export function fromMinor(minor: number): number {
  return minor / MINOR_PER_UNIT;
}
