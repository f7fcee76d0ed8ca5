import { describe, expect, it } from '@jest/globals';
import { compareWrites } from './check-writes.js';
import { type Answered, outcomeOf } from './fate.js';
import type { ChangeOutcome } from './history.js';

/** Restocks of one product by three units each, and how many of them are stored. */
const restocked = (outcomes: ChangeOutcome[], stored: number) =>
  compareWrites(
    { restocks: outcomes.map((outcome) => ({ productId: 1, quantity: 3, outcome })), creations: [] },
    stateOf({ adjustments: Array<object>(stored).fill({ productId: 1, quantity: 3 }) }),
  );
const created = (outcome: ChangeOutcome, stored: number) =>
  compareWrites(
    { restocks: [], creations: [{ name: 'Lamp', outcome }] },
    stateOf({ productNames: Array<string>(stored).fill('Lamp') }),
  );
const stateOf = (state: object) => ({
  stock: new Map<number, number>(),
  adjustments: [],
  productNames: [],
  purchases: [],
  orders: [],
  ...state,
});
const texts = ({ violations }: ReturnType<typeof compareWrites>) =>
  violations.map(({ promise, text }) => `${promise}: ${text}`);

// Guarantees that a storm finds a write that took effect twice, or never.
describe('the check of writes with keys', () => {
  it('accepts writes that took effect once, or whose outcome is unknown', () => {
    for (const right of [
      restocked(['done', 'done'], 2),
      restocked(['done', 'unknown'], 1),
      restocked(['done', 'unknown'], 2),
      restocked(['refused'], 0),
      created('done', 1),
      created('unknown', 0),
      created('unknown', 1),
    ]) {
      expect([texts(right), right.restocksDoubled, right.productsDoubled]).toEqual([[], 0, 0]);
    }
  });

  it('counts and reports restocks and products that are stored more often than they were sent', () => {
    const [restocks, products] = [restocked(['done', 'done'], 4), created('done', 2)];

    expect([restocks.restocksDoubled, restocks.productsDoubled]).toEqual([2, 0]);
    expect([products.restocksDoubled, products.productsDoubled]).toEqual([0, 1]);
    expect(texts(restocks)).toEqual([
      'I1: adjustment of product 1 by 3: 2 acknowledged and 0 of unknown outcome, but 4 stored',
    ]);
    expect(texts(products)).toEqual([
      'I1: product "Lamp": 1 acknowledged and 0 of unknown outcome, but 2 stored',
    ]);
  });

  it('reports a restock that was refused but is stored', () => {
    expect(texts(restocked(['refused'], 1))).toEqual([
      'I1: adjustment of product 1 by 3: 0 acknowledged and 0 of unknown outcome, but 1 stored',
    ]);
  });

  it('reports restocks and products that were acknowledged but are not stored', () => {
    expect([...texts(restocked(['done'], 0)), ...texts(created('done', 0))]).toEqual([
      'S1: adjustment of product 1 by 3: 1 acknowledged and 0 of unknown outcome, but 0 stored',
      'S1: product "Lamp": 1 acknowledged and 0 of unknown outcome, but 0 stored',
    ]);
  });
});

// Guarantees that a client takes a write for refused only when no attempt can still take effect.
describe('the outcome of a write that was sent several times', () => {
  const attempt = (outcome: ChangeOutcome, startedAt: number, endedAt: number): Answered => ({
    startedAt,
    endedAt,
    outcome,
  });

  it.each([
    ['done as soon as one attempt was', [attempt('unknown', 0, 9), attempt('done', 10, 19)], 'done'],
    [
      'refused when that was said after the last doubt',
      [attempt('unknown', 0, 9), attempt('refused', 10, 19)],
      'refused',
    ],
    [
      'unknown when it was refused beside an attempt without an answer',
      [attempt('refused', 0, 9), attempt('unknown', 5, 20)],
      'unknown',
    ],
    ['unknown without any answer', [attempt('unknown', 0, 9)], 'unknown'],
  ] as const)('is %s', (_, answers, outcome) => {
    expect(outcomeOf(answers)).toBe(outcome);
  });
});
