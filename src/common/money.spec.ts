import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fromMinor, hasAtMostTwoDecimals, PRICE_MAX_MINOR, TOTAL_MAX_MINOR, toMinorUnits } from './money.js';

describe('money', () => {
  const amounts = fc.integer({ min: 0, max: TOTAL_MAX_MINOR });

  it('converts every amount with two decimals to minor units and back', () => {
    fc.assert(
      fc.property(amounts, (minor) => {
        const text = `${Math.floor(minor / 100)}.${String(minor % 100).padStart(2, '0')}`;
        const amount = JSON.parse(text) as number;
        expect([toMinorUnits(amount), hasAtMostTwoDecimals(amount)]).toEqual([minor, true]);
        expect(fromMinor(minor)).toBe(amount);
      }),
      { numRuns: 10_000 },
    );
  });

  it('detects every amount with a third decimal other than 0', () => {
    const thousandths = fc.integer({ min: 1, max: PRICE_MAX_MINOR }).filter((n) => n % 10 !== 0);
    fc.assert(
      fc.property(thousandths, (n) => {
        expect(hasAtMostTwoDecimals(n / 1000)).toBe(false);
      }),
    );
  });

  it('reads a sum of doubles as the exact sum of the amounts', () => {
    const lines = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 99_999_999 }), fc.integer({ min: 1, max: 10_000 })),
    );
    fc.assert(
      fc.property(lines, (all) => {
        const exact = all.reduce((sum, [minor, quantity]) => sum + minor * quantity, 0);
        const summed = all.reduce((sum, [minor, quantity]) => sum + fromMinor(minor) * quantity, 0);
        expect(toMinorUnits(summed)).toBe(exact);
      }),
    );
  });
});
