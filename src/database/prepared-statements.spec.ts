import { describe, expect, it } from '@jest/globals';
import { PreparedStatements } from './prepared-statements.js';

const times = (count: number, ask: (index: number) => string | undefined) =>
  Array.from({ length: count }, (_, index) => ask(index));

describe('PreparedStatements', () => {
  it('gives a text a name when it comes the fifth time, and keeps that name', () => {
    const statements = new PreparedStatements();
    const names = times(7, () => statements.nameOf('SELECT $1'));
    expect(names.slice(0, 4)).toEqual(times(4, () => undefined));
    expect(new Set(names.slice(4)).size).toBe(1);
    expect(names[4]).toBeDefined();
  });

  it('gives different texts different names', () => {
    const statements = new PreparedStatements();
    const [one, two] = ['SELECT 1', 'SELECT 2'].map((text) => times(5, () => statements.nameOf(text))[4]);
    expect(one).not.toBe(two);
  });

  it('names at most 100 texts', () => {
    const statements = new PreparedStatements();
    const names = times(150, (index) => times(5, () => statements.nameOf(`SELECT ${index}`))[4]);
    expect(names.filter((name) => name !== undefined)).toHaveLength(100);
  });

  it('forgets rare texts, but not a frequent one', () => {
    const statements = new PreparedStatements();
    for (let round = 0; round < 4; round += 1) {
      statements.nameOf('SELECT often');
      for (let index = 0; index < 150; index += 1) statements.nameOf(`SELECT ${round}, ${index}`);
    }
    expect(statements.nameOf('SELECT often')).toBeDefined();
    expect(times(3, () => statements.nameOf('SELECT 0, 0'))[2]).toBeUndefined();
  });
});
