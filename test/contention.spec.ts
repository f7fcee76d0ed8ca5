import { describe, expect, it } from '@jest/globals';
import { until } from './support/database.js';
import { refusedWith, succeeded, useWorld } from './support/world.js';

const given = useWorld();

describe('placing orders under contention', () => {
  it('sells the last unit to exactly one of twenty buyers', async () => {
    const lamp = await given.product({ stock: 1 });
    const buyers = await given.customers(20);

    const answers = await Promise.all(buyers.map((buyer) => buyer.places({ [lamp.id]: 1 })));

    expect(answers.filter(succeeded)).toHaveLength(1);
    expect(answers.filter(refusedWith('insufficient-stock'))).toHaveLength(19);
    expect(await given.database.stockOf(lamp)).toBe(0);
  });
});
