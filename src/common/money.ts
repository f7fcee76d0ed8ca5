/** Minor units (cents) in one unit of a price. */
const MINOR_PER_UNIT = 100;

/** The highest price of one unit: 99,999,999.99. */
export const PRICE_MAX_MINOR = 9_999_999_999;

/** The highest total of one order: 999,999,999,999.99, far below 2^53 minor units. */
export const TOTAL_MAX_MINOR = 99_999_999_999_999;

/** The nearest whole number of minor units. */
export function toMinorUnits(amount: number): number {
  return Math.round(amount * MINOR_PER_UNIT);
}

/** Exact: both a parsed decimal with two places and `n / 100` are the double nearest to n/100. */
export function hasAtMostTwoDecimals(amount: number): boolean {
  return fromMinor(toMinorUnits(amount)) === amount;
}

/** The JSON number for an amount in minor units. */
export function fromMinor(minor: number): number {
  return minor / MINOR_PER_UNIT;
}
