import { describe, expect, it } from '@jest/globals';
import type { ConnectionRecord } from '../storm/sent-statements.js';
import { until } from './support/database.js';
import { fateOf, times, usePlacement } from './support/placement-desk.js';

const UNKNOWN_CUSTOMER = 2_000_000_000;

const given = usePlacement();

/** The orders of each transaction that placed any of these products, in order of commit. */
async function groupsWith(productId: number): Promise<number[]> {
  const rows = await given.database.rows<{ orders: number }>(
    `SELECT count(*)::integer AS orders FROM orders
      WHERE id IN (SELECT order_id FROM order_items WHERE product_id = $1)
      GROUP BY orders.xmin ORDER BY min(id)`,
    [productId],
  );
  return rows.map(({ orders }) => orders);
}

const trips = (records: readonly ConnectionRecord[]) =>
  records.map(({ statements, roundTrips }) => [statements.length, roundTrips]);

// Guarantees that orders which share a transaction are as safe as with a transaction each.
describe('a group of orders', () => {
  it('takes four statements in two round trips, whatever its size: BEGIN, lock, write, COMMIT', async () => {
    const desk = await given.desk();
    const lamp = await given.product(1000);
    const records = desk.proxy.recordStatements();

    const results = await desk.placeAll(times(50, () => given.order({ [lamp]: 1 })));

    expect(results.map(fateOf)).toEqual(times(50, () => 'placed'));
    expect(await groupsWith(lamp)).toEqual([50]);
    expect(trips(records)).toEqual([[4, 2]]);
    expect(records[0]?.statements.map((sql) => sql.trim().split(/\s/)[0])).toEqual([
      'START',
      'SELECT',
      'WITH',
      'COMMIT',
    ]);
    expect(records[0]?.statements[1]).toMatch(/ORDER BY .*"id" ASC FOR UPDATE/);
    expect(await given.stockOf(lamp)).toBe(950);
  });

  it('takes one more statement and round trip if clients have sent keys', async () => {
    const desk = await given.desk();
    const lamp = await given.product(1000);
    const records = desk.proxy.recordStatements();

    await desk.placeAll(times(20, () => given.order({ [lamp]: 1 }, { mayBePlaced: true })));

    expect(trips(records)).toEqual([[5, 3]]);
    expect(await groupsWith(lamp)).toEqual([20]);
  });

  it('starts the next group before it answers, so that the database never idles meanwhile', async () => {
    const desk = await given.desk();
    const lamp = await given.product(2);
    const first = desk.place(given.order({ [lamp]: 1 }));
    const stillWaiting = first.then(() => desk.queue.length);
    await new Promise(setImmediate);

    const second = desk.place(given.order({ [lamp]: 1 }));
    expect(desk.queue.length).toBe(1);

    expect(await stillWaiting).toBe(0);
    expect((await second).isReplayed).toBe(false);
    expect(await given.stockOf(lamp)).toBe(0);
  });

  it('gives its orders and lines one time, taken under the locks', async () => {
    const desk = await given.desk();
    const lamp = await given.product(2);
    const outside = await given.database.hold(lamp);
    const placing = desk.placeAll(times(2, () => given.order({ [lamp]: 1 })));
    await until('the group waits', async () => (await given.database.waitingForLocks()) === 1);
    const heldAt = await given.database.value('SELECT clock_timestamp()::timestamptz(3)');
    await outside.release();

    expect((await placing).map(fateOf)).toEqual(['placed', 'placed']);
    expect(
      await given.database.rows(
        `SELECT count(*)::integer AS lines, bool_and(line.created_at = orders.created_at) AS same,
                count(DISTINCT orders.created_at)::integer AS times, bool_and(orders.created_at >= $2) AS late
           FROM order_items AS line JOIN orders ON orders.id = order_id WHERE product_id = $1`,
        [lamp, heldAt],
      ),
    ).toEqual([{ lines: 2, same: true, times: 1, late: true }]);
  });

  it('sells the last units to the orders that came first', async () => {
    const desk = await given.desk();
    const lamp = await given.product(3);

    const results = await desk.placeAll(times(6, () => given.order({ [lamp]: 1 })));

    expect(results.map(fateOf)).toEqual([
      ...times(3, () => 'placed'),
      ...times(3, () => 'insufficient-stock'),
    ]);
    expect(await given.stockOf(lamp)).toBe(0);
  });

  it('gives each order its own answer, and no refusal affects a neighbour', async () => {
    const desk = await given.desk();
    const [lamp, desks] = [await given.product(10), await given.product(0)];

    const results = await desk.placeAll([
      given.order({ [lamp]: 2 }),
      given.order({ [lamp]: 1, [desks]: 1 }),
      given.order({ 2000000000: 1 }),
      given.order({ [lamp]: 3 }, { expectedTotalMinor: 1 }),
      given.order({ [lamp]: 4 }, { expectedTotalMinor: 400 }),
    ]);

    expect(results.map(fateOf)).toEqual([
      'placed',
      'insufficient-stock',
      'product-not-found',
      'price-changed',
      'placed',
    ]);
    expect(await groupsWith(lamp)).toEqual([2]);
    expect(await given.stockOf(lamp)).toBe(4);
  });

  it('is placed one by one if one of its orders causes an error, and only that order fails', async () => {
    const desk = await given.desk();
    const lamp = await given.product(10);

    const results = await desk.placeAll([
      given.order({ [lamp]: 1 }),
      given.order({ [lamp]: 1 }, { customerId: UNKNOWN_CUSTOMER }),
      given.order({ [lamp]: 1 }),
    ]);

    expect(results.map(fateOf)).toEqual(['placed', '23503', 'placed']);
    expect(await groupsWith(lamp)).toEqual([1, 1]);
    expect(await given.stockOf(lamp)).toBe(8);
  });

  it('that is placed one by one is not affected by errors of the next group', async () => {
    const desk = await given.desk();
    const lamp = await given.product(10);
    const poisoned = () => [
      given.order({ [lamp]: 1 }, { customerId: UNKNOWN_CUSTOMER }),
      given.order({ [lamp]: 1 }),
    ];
    const first = desk.placeAll(poisoned());
    await new Promise(setImmediate);
    const second = desk.placeAll(poisoned());

    expect([...(await first), ...(await second)].map(fateOf)).toEqual(['23503', 'placed', '23503', 'placed']);
    expect(await given.stockOf(lamp)).toBe(8);
  });

  it.each([
    ['before', 'placed'],
    ['after', 'replayed'],
  ] as const)('looks up a lost COMMIT (%s) even while it is placed one by one', async (fault, kind) => {
    const desk = await given.desk();
    const lamp = await given.product(10);
    const poison = given.order({ [lamp]: 1 }, { customerId: UNKNOWN_CUSTOMER });
    const results = desk.placeAll([given.order({ [lamp]: 1 }), poison, given.order({ [lamp]: 1 })]);
    // The first COMMIT is that of the failed group.
    desk.proxy.faultNextCommits('none', fault);

    expect((await results).map(fateOf)).toEqual([kind, '23503', 'placed']);
    expect(await given.stockOf(lamp)).toBe(8);
  });

  it('is placed on another connection if its prepared statements are outdated', async () => {
    const desk = await given.desk();
    const lamp = await given.product(100);
    for (let round = 0; round < 6; round += 1) await desk.placeAll([given.order({ [lamp]: 1 })]);

    await given.database.rows(`ALTER TABLE products ALTER COLUMN name TYPE varchar(201)`);
    const [outdated] = await desk.placeAll([given.order({ [lamp]: 1 })]);
    await given.database.rows(`ALTER TABLE products ALTER COLUMN name TYPE varchar(200)`);

    expect(outdated && fateOf(outdated)).toBe('placed');
    expect(await given.stockOf(lamp)).toBe(93);
  });

  it('has each key only once: a second order with it waits and finds the first', async () => {
    const desk = await given.desk();
    const lamp = await given.product(10);
    const keyed = { placementKey: 'the same key', mayBePlaced: true, requestHash: Buffer.from('same') };

    const records = desk.proxy.recordStatements();

    const results = await desk.placeAll(times(3, () => given.order({ [lamp]: 1 }, keyed)));

    expect(results.map(fateOf)).toEqual(['placed', 'replayed', 'replayed']);
    const statements = records.flatMap((connection) => connection.statements);
    expect(statements.filter((sql) => /INSERT INTO orders/.test(sql))).toHaveLength(1);
    expect(await given.stockOf(lamp)).toBe(9);
  });

  it('has at most PLACEMENT_GROUP_MAX orders', async () => {
    const desk = await given.desk({ PLACEMENT_GROUP_MAX: '5' });
    const lamp = await given.product(100);

    await desk.placeAll(times(11, () => given.order({ [lamp]: 1 })));

    expect(await groupsWith(lamp)).toEqual([5, 5, 1]);
  });

  it('has at most 2,000 lines, so that large baskets do not make a transaction long', async () => {
    const desk = await given.desk();
    const ids = await given.database.addProducts(700, 10);
    const basket = Object.fromEntries(ids.map((id) => [id, 1]));

    await desk.placeAll(times(3, () => given.order(basket)));

    expect(await groupsWith(ids[0] as number)).toEqual([2, 1]);
  });

  it.each(['before', 'after', 'silence'] as const)(
    'whose COMMIT meets a fault (%s) is placed once, and every buyer is told so',
    async (fault) => {
      const desk = await given.desk();
      const lamp = await given.product(100);
      desk.proxy.faultNextCommits(fault);

      const results = await desk.placeAll(times(20, () => given.order({ [lamp]: 1 })));

      expect(results.map(fateOf)).toEqual(times(20, () => (fault === 'before' ? 'placed' : 'replayed')));
      expect(await groupsWith(lamp)).toEqual([20]);
      expect(await given.stockOf(lamp)).toBe(80);
    },
  );

  it('whose COMMIT is lost twice gets 503, and retries with the same keys find the orders', async () => {
    const desk = await given.desk();
    const lamp = await given.product(100);
    const requests = times(5, () => given.order({ [lamp]: 1 }, { mayBePlaced: true }));
    desk.proxy.faultNextCommits('before', 'after');

    const lost = await desk.placeAll(requests);
    const found = await desk.placeAll(requests);

    expect(lost.map(fateOf)).toEqual(times(5, () => 'service-unavailable'));
    expect(found.map(fateOf)).toEqual(times(5, () => 'replayed'));
    expect(await given.stockOf(lamp)).toBe(95);
  });
});
