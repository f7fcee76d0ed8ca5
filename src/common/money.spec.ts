import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fromMinor, PRICE_MAX_MINOR, toMinor, TOTAL_MAX_MINOR } from './money.js';

describe('money', () => {
  it('gives every amount with two decimals its own number of minor units, and back', () => {
    const amounts = fc.integer({ min: 0, max: TOTAL_MAX_MINOR });
    fc.assert(
      fc.property(amounts, (minor) => {
        const text = `${Math.floor(minor / 100)}.${String(minor % 100).padStart(2, '0')}`;
        expect(toMinor(JSON.parse(text) as number)).toBe(minor);
        expect(fromMinor(minor)).toBe(JSON.parse(text));
      }),
      { numRuns: 10_000 },
    );
  });

  it('refuses every amount with a third decimal that is not 0', () => {
    const thousandths = fc.integer({ min: 1, max: PRICE_MAX_MINOR }).filter((n) => n % 10 !== 0);
    fc.assert(
      fc.property(thousandths, (n) => {
        expect(toMinor(n / 1000)).toBeUndefined();
      }),
    );
  });

  it.each([Number.NaN, Infinity, -Infinity, 1e308, 2 ** 53])('refuses %p', (amount) => {
    expect(toMinor(amount)).toBeUndefined();
  });
});
