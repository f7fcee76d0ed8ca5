import { describe, expect, it } from '@jest/globals';
import { ValidationFailedError } from '../common/domain-error.js';
import { decodeCursor, encodeCursor, type Range } from './cursor.js';

const RANGES: Range[] = [
  [-5, 5],
  [0, 2_147_483_647],
];

describe('a cursor', () => {
  it('returns the position that it was made from', () => {
    expect(decodeCursor('lamps', encodeCursor('lamps', -5, 2_147_483_647), RANGES)).toEqual([
      -5, 2_147_483_647,
    ]);
  });

  it.each([[[6, 1]], [[-6, 1]], [[1, -1]], [[1, 2_147_483_648]], [[1, 2 ** 60]], [[1]], [[1, 1, 1]]])(
    'is refused with the position %j, which no list has, though its checksum is right',
    (position) => {
      const cursor = encodeCursor('lamps', ...position);

      expect(() => decodeCursor('lamps', cursor, RANGES)).toThrow(ValidationFailedError);
    },
  );

  it('is refused for another list and in every other spelling', () => {
    const cursor = encodeCursor('lamps', 1, 1);

    for (const [list, text] of [
      ['desks', cursor],
      ['lamps', `${cursor}=`],
      ['lamps', `${cursor} `],
      ['lamps', ''],
    ])
      expect(() => decodeCursor(list as string, text as string, RANGES)).toThrow(ValidationFailedError);
  });
});
