import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ExpiringMap } from './expiring-map.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('an entry of an expiring map', () => {
  it('exists until its expiry time, and no longer at that time', () => {
    const map = new ExpiringMap<string, number>(10);
    map.set('a', 1, Date.now() + 10);

    jest.advanceTimersByTime(9);
    expect(map.get('a')).toBe(1);
    jest.advanceTimersByTime(1);
    expect(map.get('a')).toBeUndefined();
  });

  it('is removed when there are too many, the oldest first', () => {
    const map = new ExpiringMap<string, number>(2);
    const later = Date.now() + 1_000;
    map.set('a', 1, later);
    map.set('b', 2, later);
    map.set('a', 3, later);
    map.set('c', 4, later);

    expect(['a', 'b', 'c'].map((key) => map.get(key))).toEqual([3, undefined, 4]);
  });

  it('can be deleted by its key or by its value', () => {
    const map = new ExpiringMap<string, number>(10);
    const later = Date.now() + 1_000;
    for (const [key, value] of Object.entries({ a: 1, b: 2, c: 3, d: 2 })) map.set(key, value, later);

    map.delete('a');
    map.deleteWhere((value) => value === 2);

    expect(['a', 'b', 'c', 'd'].map((key) => map.get(key))).toEqual([undefined, undefined, 3, undefined]);
  });
});
