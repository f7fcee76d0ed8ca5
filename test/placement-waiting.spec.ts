import { describe, expect, it } from '@jest/globals';
import { parseEnv } from '../src/config/load-env.js';
import { until } from './support/database.js';
import { fateOf, type PlacementDesk, times, usePlacement } from './support/placement-desk.js';

const given = usePlacement();

/** Whether this many orders are requeued while one session waits for a product on their behalf. */
async function areBlocked(orders: number, { queue }: PlacementDesk): Promise<boolean> {
  return queue.length === orders && (await given.database.waitingForLocks()) === 1;
}

// Guarantees that a locked row delays the orders that need it, and no others.
describe('a product locked by another session', () => {
  it('delays only its own orders, which are then served in order of arrival', async () => {
    const desk = await given.desk();
    const [held, free] = [await given.product(2), await given.product(10)];
    const outside = await given.database.hold(held);
    const stuck = desk.place(given.order({ [held]: 1, [free]: 1 }));
    const waiting = until('the first waits', async () => (await given.database.waitingForLocks()) === 1);

    const [neighbour] = await desk.placeAll([given.order({ [free]: 1 })]);
    await waiting;
    const later = desk.placeAll([given.order({ [held]: 1 }), given.order({ [held]: 1 })]);
    const [unconcerned] = await desk.placeAll([given.order({ [await given.product(1)]: 1 })]);
    await outside.release();

    expect([neighbour, unconcerned].map((result) => result && fateOf(result))).toEqual(['placed', 'placed']);
    expect((await stuck).isReplayed).toBe(false);
    expect((await later).map(fateOf)).toEqual(['placed', 'insufficient-stock']);
    expect(await given.stockOf(held)).toBe(0);
    expect(await given.stockOf(free)).toBe(8);
  });

  it('does not block the other products of a basket that waits for it', async () => {
    const desk = await given.desk();
    const [hot, held] = [await given.product(100), await given.product(10)];
    const outside = await given.database.hold(held);
    const basket = desk.place(given.order({ [hot]: 1, [held]: 1 }));
    await until('the basket waits', async () => (await given.database.waitingForLocks()) === 1);

    for (let round = 0; round < 20; round += 1) {
      const [other] = await desk.placeAll([given.order({ [hot]: 1 })]);
      expect(other && fateOf(other)).toBe('placed');
    }

    await outside.release();
    expect((await basket).isReplayed).toBe(false);
    expect(await given.stockOf(hot)).toBe(79);
  });

  it('does not hide an order that was already placed: a retry with its key finds it at once', async () => {
    const desk = await given.desk();
    const held = await given.product(10);
    const order = given.order({ [held]: 1 }, { mayBePlaced: true });
    await desk.placeAll([order]);
    const outside = await given.database.hold(held);

    const [again] = await desk.placeAll([order]);

    expect(again && fateOf(again)).toBe('replayed');
    await outside.release();
  });

  it('frees the orders that need only it, although others also need one that stays locked', async () => {
    const desk = await given.desk();
    const [one, two] = [await given.product(10), await given.product(10)];
    const [first, second] = [await given.database.hold(one), await given.database.hold(two)];
    const both = desk.place(given.order({ [one]: 1, [two]: 1 }));
    const alone = desk.place(given.order({ [one]: 1 }));
    await until('they wait', async () => (await given.database.waitingForLocks()) === 1);

    await first.release();

    expect((await alone).isReplayed).toBe(false);
    await second.release();
    expect((await both).isReplayed).toBe(false);
  });

  it('is not locked again for later orders, so their neighbours lose no time', async () => {
    const desk = await given.desk();
    const [held, free] = [await given.product(10), await given.product(10)];
    const outside = await given.database.hold(held);
    const waiting = desk.place(given.order({ [held]: 1 }));
    await until('it is blocked', () => areBlocked(1, desk));

    const records = desk.proxy.recordStatements();
    const later = desk.place(given.order({ [held]: 1 }));
    const [neighbour] = await desk.placeAll([given.order({ [free]: 1 })]);

    expect(neighbour && fateOf(neighbour)).toBe('placed');
    expect(desk.queue.length).toBe(2);
    const statements = records.flatMap((connection) => connection.statements.map((sql) => sql.trim()));
    const write = statements.findIndex((sql) => /INSERT INTO orders/.test(sql));
    const transaction = statements.slice(write - 2, write + 2).map((sql) => sql.split(/\s/)[0]);
    expect(transaction).toEqual(['START', 'SELECT', 'WITH', 'COMMIT']);
    await outside.release();
    expect([await waiting, await later].map(({ isReplayed }) => isReplayed)).toEqual([false, false]);
    expect(await given.stockOf(held)).toBe(8);
  });

  it('is given up after two seconds, with 503 for every order that waits for it', async () => {
    const desk = await given.desk();
    const held = await given.product(10);
    const outside = await given.database.hold(held);

    const results = await desk.placeAll(times(5, () => given.order({ [held]: 1 })));
    await outside.release();
    const [after] = await desk.placeAll([given.order({ [held]: 1 })]);

    expect(results.map(fateOf)).toEqual(times(5, () => 'service-unavailable'));
    expect(after && fateOf(after)).toBe('placed');
    expect(await given.stockOf(held)).toBe(9);
  });

  it('does not delay orders for another locked product that is freed first', async () => {
    const desk = await given.desk();
    const [one, two] = [await given.product(1), await given.product(1)];
    const [first, second] = [await given.database.hold(one), await given.database.hold(two)];
    const stuck = desk.place(given.order({ [one]: 1 }));
    const freed = desk.place(given.order({ [two]: 1 }));
    await until('both are blocked', () => areBlocked(2, desk));

    await second.release();

    expect((await freed).isReplayed).toBe(false);
    await first.release();
    expect((await stuck).isReplayed).toBe(false);
  });
});

// Guarantees that waiting is bounded in number and time, and that no order is placed after its client left.
describe('the placement queue', () => {
  /** A desk whose only slot is busy with an order until the network is thawed. */
  async function busyDesk(variables: Record<string, string>) {
    const desk = await given.desk(variables);
    const lamp = await given.product(100);
    await desk.placeAll([given.order({ [lamp]: 1 })]);
    desk.proxy.freeze();
    const underWay = desk.place(given.order({ [lamp]: 1 }));
    await new Promise((turn) => setImmediate(turn));
    return { desk, lamp, underWay };
  }

  it('accepts PLACEMENT_QUEUE_MAX orders and refuses the next one at once', async () => {
    const { desk, lamp, underWay } = await busyDesk({ PLACEMENT_QUEUE_MAX: '3' });

    const waiting = desk.placeAll(times(3, () => given.order({ [lamp]: 1 })));
    const [refused] = await desk.placeAll([given.order({ [lamp]: 1 })]);
    desk.proxy.thaw();

    expect(refused && fateOf(refused)).toBe('service-unavailable');
    expect((await underWay).isReplayed).toBe(false);
    expect((await waiting).map(fateOf)).toEqual(['placed', 'placed', 'placed']);
    expect(await given.stockOf(lamp)).toBe(95);
  });

  it('accepts 100,000 lines in total and refuses more at once, until some orders are answered', async () => {
    const { desk, lamp, underWay } = await busyDesk({ PLACEMENT_WAIT_MS: '2000' });
    const nowhere = Object.fromEntries(times(1_000, (index) => [1_000_000 + index, 1]));

    const waiting = desk.placeAll(times(99, () => given.order(nowhere)));
    const [refused] = await desk.placeAll([given.order(nowhere)]);
    const small = desk.placeAll([given.order({ [lamp]: 1 })]);
    desk.proxy.thaw();

    expect(refused && fateOf(refused)).toBe('service-unavailable');
    expect((await underWay).isReplayed).toBe(false);
    expect(new Set((await waiting).map(fateOf))).toEqual(new Set(['product-not-found']));
    expect((await small).map(fateOf)).toEqual(['placed']);
    expect((await desk.placeAll([given.order(nowhere)])).map(fateOf)).toEqual(['product-not-found']);
    expect(await given.stockOf(lamp)).toBe(97);
  });

  it('refuses an order that has waited for PLACEMENT_WAIT_MS, and the order takes no stock', async () => {
    const { desk, lamp, underWay } = await busyDesk({ PLACEMENT_WAIT_MS: '50' });

    const [expired] = await desk.placeAll([given.order({ [lamp]: 1 })]);
    desk.proxy.thaw();

    expect(expired && fateOf(expired)).toBe('service-unavailable');
    expect((await underWay).isReplayed).toBe(false);
    expect(await given.stockOf(lamp)).toBe(98);
  });

  it('drops an order whose client has disconnected before its turn', async () => {
    const { desk, lamp, underWay } = await busyDesk({});
    let isGone = false;
    const abandoned = desk.place(given.order({ [lamp]: 1 }), () => isGone);
    const kept = desk.place(given.order({ [lamp]: 1 }), () => false);

    isGone = true;
    desk.proxy.thaw();

    await expect(abandoned).rejects.toMatchObject({ code: 'service-unavailable' });
    expect([await underWay, await kept].map(({ isReplayed }) => isReplayed)).toEqual([false, false]);
    expect(await given.stockOf(lamp)).toBe(97);
  });

  it.each([1, 2])(
    'with PLACEMENT_LANES=%s opens one more slot while one hangs, and none beyond that',
    async (lanes) => {
      const desk = await given.desk({ PLACEMENT_LANES: `${lanes}`, PLACEMENT_WAIT_MS: '1000' });
      const free = await given.product(10);
      const hang = async () => {
        desk.proxy.faultNextCommits('silence');
        const hanging = desk.place(given.order({ [await given.product(10)]: 1 }));
        await until('its COMMIT has met the fault', () => Promise.resolve(desk.proxy.commitFaultsLeft === 0));
        return { hanging };
      };

      const hung = [];
      for (let lane = 0; lane < lanes; lane += 1) hung.push(await hang());
      const [beside] = await desk.placeAll([given.order({ [free]: 1 })]);
      hung.push(await hang());
      const [beyond] = await desk.placeAll([given.order({ [free]: 1 })]);
      const fates = await Promise.allSettled(hung.map(({ hanging }) => hanging));

      expect([beside, beyond].map((result) => result && fateOf(result))).toEqual([
        'placed',
        'service-unavailable',
      ]);
      expect(fates.map(fateOf)).toEqual(times(lanes + 1, () => 'replayed'));
      expect(await given.stockOf(free)).toBe(9);

      const more = await Promise.all(times(lanes + 1, () => given.product(10)));
      desk.proxy.freeze();
      const underWay = [];
      for (const id of more) {
        underWay.push(desk.place(given.order({ [id]: 1 })));
        await new Promise((turn) => setImmediate(turn));
      }
      expect(desk.queue.length).toBe(1);
      desk.proxy.thaw();
      expect((await Promise.allSettled(underWay)).map(fateOf)).toEqual(times(lanes + 1, () => 'placed'));
    },
  );

  it('requires a pool with connections for groups, locked products, other writes and reads', () => {
    const lanes = { PLACEMENT_LANES: '3' };
    expect(() => parseEnv({ ...lanes, DATABASE_POOL_SIZE: '5' })).toThrow(/DATABASE_POOL_SIZE must be/);
    expect(parseEnv({ ...lanes, DATABASE_POOL_SIZE: '6' }).DATABASE_POOL_SIZE).toBe(6);
  });
});
