import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { LongLists } from './long-lists.js';

afterEach(() => {
  jest.useRealTimers();
});

describe('the lists that are too long to be counted again', () => {
  it('are forgotten after ten seconds, so that a list which became shorter is counted', () => {
    jest.useFakeTimers();
    const lists = new LongLists();
    lists.add('orders');

    jest.advanceTimersByTime(9_999);
    expect(lists.has('orders')).toBe(true);
    jest.advanceTimersByTime(1);
    expect(lists.has('orders')).toBe(false);
  });

  it('are a thousand at most: the one found first is forgotten first', () => {
    const lists = new LongLists();
    for (let n = 0; n <= 1_000; n += 1) lists.add(`orders of customer ${n}`);

    expect(lists.has('orders of customer 0')).toBe(false);
    expect(lists.has('orders of customer 1')).toBe(true);
  });
});
