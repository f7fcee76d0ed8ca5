import { describe, expect, it } from '@jest/globals';
import { Random } from './random.js';

const draws = (random: Random) => Array.from({ length: 20 }, () => random.between(1, 6));

// Guarantees that a storm can be repeated by its seed.
describe('Random', () => {
  it('repeats for the same seed, and differs for another', () => {
    expect(draws(new Random(42))).toEqual(draws(new Random(42)));
    expect(draws(new Random(42))).not.toEqual(draws(new Random(43)));
  });

  it('gives each name a stream that is independent of the others', () => {
    const [fresh, used] = [new Random(42), new Random(42)];
    draws(used);

    expect(draws(used.fork('client 1'))).toEqual(draws(fresh.fork('client 1')));
    expect(draws(fresh.fork('client 1'))).not.toEqual(draws(fresh.fork('client 2')));
  });

  it('draws every value of a range equally often, both ends included', () => {
    const random = new Random(7);
    const counts = new Map<number, number>();
    for (let n = 0; n < 6_000; n += 1) {
      const face = random.between(1, 6);
      counts.set(face, (counts.get(face) ?? 0) + 1);
    }

    expect([...counts.keys()].sort()).toEqual([1, 2, 3, 4, 5, 6]);
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });

  it('shuffles without losing anything', () => {
    expect(new Random(1).shuffle([1, 2, 3, 4, 5]).sort()).toEqual([1, 2, 3, 4, 5]);
  });
});
