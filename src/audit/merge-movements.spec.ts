import { describe, expect, it } from '@jest/globals';
import { mergeNewestFirst, type StockMovement } from './merge-movements.js';

const movement = (kind: StockMovement['kind'], id: number, at: number, quantity: number): StockMovement => ({
  kind,
  id,
  at: new Date(at).toISOString(),
  quantity,
  userId: null,
  orderId: null,
  reference: null,
  reason: null,
});
const sold = (id: number, at: number) => movement('SOLD', id, at, -1);
const putIn = (id: number, at: number) => movement('CORRECTED', id, at, 1);

describe('merging movements', () => {
  it('puts the newest first, and returns the next position of each stream', () => {
    const streams = [[sold(9, 50), sold(4, 20)], [putIn(2, 40), putIn(1, 10)], []];

    const { movements, next } = mergeNewestFirst(streams, 3);

    expect(movements).toEqual([sold(9, 50), putIn(2, 40), sold(4, 20)]);
    expect(next).toEqual([0, 1, 0]);
  });

  it('keeps the order of each stream whatever its times are, across pages', () => {
    const [sales, changes] = [
      [sold(3, 10), sold(2, 30), sold(1, 5)],
      [putIn(2, 20), putIn(1, 8)],
    ];
    const whole = mergeNewestFirst([sales, changes], 5).movements;

    const first = mergeNewestFirst([sales, changes], 2);
    const rest = [sales, changes].map((stream, index) =>
      stream.filter(({ id }) => id <= (first.next[index] as number)),
    );
    const second = mergeNewestFirst(rest, 5);

    expect(whole.filter(({ kind }) => kind === 'SOLD')).toEqual(sales);
    expect([...first.movements, ...second.movements]).toEqual(whole);
    expect(second.next).toEqual([0, 0]);
  });

  it('counts a restock as earlier than a sale in the same millisecond', () => {
    const oneWay = mergeNewestFirst([[sold(1, 7)], [putIn(1, 7)]], 2).movements;
    const theOther = mergeNewestFirst([[putIn(1, 7)], [sold(1, 7)]], 2).movements;

    expect([oneWay, theOther]).toEqual([
      [sold(1, 7), putIn(1, 7)],
      [sold(1, 7), putIn(1, 7)],
    ]);
  });
});
