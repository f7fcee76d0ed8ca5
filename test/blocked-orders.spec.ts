import { describe, expect, it } from '@jest/globals';
import { GROUPS } from '../src/orders/placement/placement-queue.js';
import type { Client } from './support/client.js';
import { until } from './support/database.js';
import { fateOf, type PlacementDesk, times, usePlacement } from './support/placement-desk.js';
import { asItems, useWorld } from './support/world.js';

const ROUNDS = 8;
/** Longer than an order may wait in the queue, so that an order which never gets its turn is refused. */
const HOLD_MS = 900;
const shop = useWorld({ PLACEMENT_WAIT_MS: '600' });
const given = usePlacement();

/** Orders one unit of each product again and again, and returns the statuses of the answers. */
async function buyUntil(end: number, client: Client, ...ids: number[]): Promise<number[]> {
  const items = asItems(Object.fromEntries(ids.map((id) => [id, 1])));
  const statuses: number[] = [];
  while (Date.now() < end) statuses.push((await client.post('/orders', { items })).status);
  return statuses;
}

/** Whether a session of this test is waiting for a lock. */
function isWaitedForByUs(): Promise<boolean> {
  return given.database.value(
    `SELECT count(*) > 0 FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock' AND application_name = ''`,
  );
}

/** COMMIT of an order then waits until no session holds this advisory lock. */
const COMMIT_SLOWLY = `
  CREATE FUNCTION commit_slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    WHILE NOT pg_try_advisory_xact_lock(1) LOOP
      PERFORM pg_sleep(0.01);
    END LOOP;
    RETURN NULL;
  END $$;
  CREATE CONSTRAINT TRIGGER commit_slowly AFTER INSERT ON orders DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION commit_slowly()`;
const IS_COMMITTING = `SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'`;

/** Whether this many orders are requeued while one session waits for a product on their behalf. */
async function areBlocked(orders: number, { queue }: PlacementDesk): Promise<boolean> {
  // The order of these matters: an order is in the queue before its first attempt, too.
  return (await given.database.waitingForLocks()) === 1 && queue.length === orders;
}

// Guarantees that an order which waits for a locked row delays only orders for that same row.
describe('orders blocked by a locked row', () => {
  it('never stop the sales of another product, on either process', async () => {
    const buyer = await shop.customer();
    const second = await shop.secondService();
    const clients = times(16, (n) => (n % 2 ? buyer.client : shop.clientOf(second, buyer)));
    const statuses: number[] = [];

    for (let round = 0; round < ROUNDS; round += 1) {
      const ids = await shop.database.addProducts(4, 1_000_000);
      // Rows are locked in ascending id order: the held one comes before the others, or after them.
      const [held, sold, ...others] = (round % 2 ? ids : [...ids].reverse()) as [number, number];
      const outside = await shop.database.hold(held);
      const end = Date.now() + HOLD_MS;
      const blocked = clients.slice(0, 4).map((client) => buyUntil(end, client, held, sold));
      const unconcerned = clients.slice(4).map((client) => buyUntil(end, client, sold, ...others));
      statuses.push(...(await Promise.all(unconcerned)).flat());
      await outside.release();
      await Promise.all(blocked);
    }

    await second.stop();
    expect(statuses.filter((status) => status !== 201)).toEqual([]);
  }, 60_000);

  it('are grouped again within the limit of 2,000 lines, like all orders', async () => {
    const desk = await given.desk();
    const ids = await given.database.addProducts(700, 10);
    const held = ids[0] as number;
    const outside = await given.database.hold(held);
    const orders = desk.placeAll(times(3, () => given.order(Object.fromEntries(ids.map((id) => [id, 1])))));
    await until('they are blocked', () => areBlocked(3, desk));

    await outside.release();

    expect((await orders).map(fateOf)).toEqual(['placed', 'placed', 'placed']);
    expect(
      await given.database.rows(
        `SELECT count(*)::integer AS orders FROM order_items WHERE product_id = $1
          GROUP BY xmin ORDER BY min(order_id)`,
        [held],
      ),
    ).toEqual([{ orders: 2 }, { orders: 1 }]);
  });

  it('keep their place ahead of orders that came during their first attempt', async () => {
    const desk = await given.desk();
    const last = await given.product(1);
    const outside = await given.database.hold(last);
    const first = desk.placeAll([given.order({ [last]: 1 })]);
    await until('it is tried', async () => (await given.database.waitingForLocks()) === 1);
    const second = desk.placeAll([given.order({ [last]: 1 })]);
    await until('both are in the queue', () => areBlocked(2, desk));

    await outside.release();

    expect([...(await first), ...(await second)].map(fateOf)).toEqual(['placed', 'insufficient-stock']);
  });

  it('are placed as soon as their own row is free, however many other rows stay locked', async () => {
    const desk = await given.desk({ PLACEMENT_WAIT_MS: '300' });
    const ids = await given.database.addProducts(3, 10);
    const outside = await Promise.all(ids.map((id) => given.database.hold(id)));
    const [one, two, three] = ids.map((id) => desk.place(given.order({ [id]: 1 })));
    await until('they are blocked', () => areBlocked(3, desk));

    await outside[2]?.release();
    const behind = await desk.place(given.order({ [ids[2] as number]: 1 }));

    expect([(await three)?.isReplayed, behind.isReplayed]).toEqual([false, false]);
    await Promise.all([outside[0]?.release(), outside[1]?.release()]);
    expect([(await one)?.isReplayed, (await two)?.isReplayed]).toEqual([false, false]);
  });

  it('lock none of their free products while they wait for the blocked one', async () => {
    const desk = await given.desk();
    const [sold, held] = (await given.database.addProducts(2, 10)) as [number, number];
    const outside = await Promise.all([sold, held].map((id) => given.database.hold(id)));
    const [blocked, other] = [given.order({ [sold]: 1, [held]: 1 }), given.order({ [sold]: 1 })];
    const tried: string[] = [];
    GROUPS.watch((work, orders) => {
      tried.push(...orders.map(({ item }) => item.placementKey));
      return work();
    });
    const order = desk.place(blocked);
    await until('it is blocked', () => areBlocked(1, desk));

    await outside[0]?.release();
    expect((await desk.place(other)).isReplayed).toBe(false);

    expect(tried).toEqual([blocked, other].map(({ placementKey }) => placementKey));
    await outside[1]?.release();
    expect((await order).isReplayed).toBe(false);
  });

  it('get their turn even if other sessions lock the row one after the other', async () => {
    const desk = await given.desk();
    const id = await given.product(10);
    let outside = await given.database.hold(id);
    const placing = { isOver: false };
    const order = desk.placeAll([given.order({ [id]: 1 })]).finally(() => (placing.isOver = true));
    await until('it is blocked', () => areBlocked(1, desk));

    while (!placing.isOver) {
      const next = given.database.hold(id);
      await until('the next one waits for it', () => isWaitedForByUs());
      await outside.release();
      outside = await next;
    }

    await outside.release();
    expect((await order).map(fateOf)).toEqual(['placed']);
  });

  it('are found if the lock is held by their own COMMIT, whose connection was lost', async () => {
    const desk = await given.desk();
    const id = await given.product(10);
    await given.database.rows(COMMIT_SLOWLY);
    const session = await given.database.session();
    await session.query('SELECT pg_advisory_lock(1)');
    const order = desk.placeAll([given.order({ [id]: 1 })]);
    await until('it is being committed', () => given.database.value(IS_COMMITTING));

    desk.proxy.silenceOpenConnections();
    desk.proxy.cutConnections();
    await until('it is blocked', () => areBlocked(1, desk));
    await session.query('SELECT pg_advisory_unlock(1)');
    session.release();

    expect((await order).map(fateOf)).toEqual(['replayed']);
    expect(await given.stockOf(id)).toBe(9);
    await given.database.rows('DROP FUNCTION commit_slowly CASCADE');
  });
});
