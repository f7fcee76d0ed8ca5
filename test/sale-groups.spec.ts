import { describe, expect, it } from '@jest/globals';
import type { ConnectionRecord } from '../storm/sent-statements.js';
import { fateOf, times, usePlacement } from './support/placement-desk.js';

const given = usePlacement();

/** The statements and round trips of each connection used. */
const trips = (records: readonly ConnectionRecord[]) =>
  records.map(({ statements, roundTrips }) => [statements.length, roundTrips]);

// Guarantees that the rules of a sale hold within a group of orders, too, without extra round trips.
describe('a group of orders with a limited product', () => {
  it('reads the state of a sale within two round trips after the first group with its product', async () => {
    const desk = await given.desk();
    const [lamp, desks] = [await given.product(1000), await given.product(1000)];
    await given.database.rows('UPDATE products SET max_per_customer = 3 WHERE id = $1', [lamp]);
    const orders = () => times(5, () => given.order({ [lamp]: 1, [desks]: 1 }));
    const firstRecords = desk.proxy.recordStatements();
    const first = await desk.placeAll(orders());
    const secondRecords = desk.proxy.recordStatements();
    const second = await desk.placeAll(orders());

    const beyond = 'purchase-limit-exceeded';
    expect(first.map(fateOf)).toEqual(['placed', 'placed', 'placed', beyond, beyond]);
    expect(second.map(fateOf)).toEqual(times(5, () => beyond));
    expect(trips(secondRecords)).toEqual([[4, 2]]);
    expect(trips(firstRecords)).toEqual([[5, 3]]);
    expect(await given.stockOf(lamp)).toBe(997);
  });

  it('notices that a product has lost its sale rule or has got one', async () => {
    const desk = await given.desk();
    const lamp = await given.product(1000);
    const limit = (max: number | null) =>
      given.database.rows('UPDATE products SET max_per_customer = $2 WHERE id = $1', [lamp, max]);
    const place = () => desk.placeAll([given.order({ [lamp]: 1 })]);
    await limit(9);
    await place();
    await place();
    await limit(null);
    await given.database.rows('DELETE FROM customer_purchases WHERE product_id = $1', [lamp]);
    await place();
    const records = desk.proxy.recordStatements();

    await place();

    expect(trips(records)).toEqual([[4, 2]]);
  });
});
