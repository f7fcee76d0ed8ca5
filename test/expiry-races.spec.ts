import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { OrderBody, ProductBody } from './support/api-types.js';
import type { Client } from './support/client.js';
import { addExpiredPairs, expire, type ExpiredPair, keepFromSweeping } from './support/holds.js';
import { RACES, raceEach } from './support/races.js';
import type { ServiceProcess } from './support/service-process.js';
import { asItems, type Person, succeeded, useWorld } from './support/world.js';

jest.setTimeout(120_000);

const given = useWorld({ PENDING_ORDER_TTL: '3600' });

let second: ServiceProcess;
let holder: Person;
/** A client of the first process and one of the second. */
let buyers: [Client, Client];

beforeAll(async () => {
  second = await given.secondService();
  holder = await given.customer();
  const [one, other] = await given.customers(2);
  buyers = [one.client, given.clientOf(second, other)];
});
afterAll(() => second.stop());

/** Runs races for expired orders. The sweep is off unless it is asked for. */
async function race(run: (one: ExpiredPair) => Promise<void>, isSwept = false): Promise<void> {
  const sweeping = await keepFromSweeping(given.database);
  const pairs = await addExpiredPairs(given.database, holder, RACES);
  if (isSwept) await sweeping.release();
  try {
    await raceEach(pairs, run);
  } finally {
    if (!isSwept) await sweeping.release();
  }
}

const buys = (buyer: Client, ids: readonly number[]) =>
  buyer.post<OrderBody>('/orders', {
    items: ids.map((product_id) => ({ product_id, quantity: 1 })),
  });

/** The events of the order, and the remaining stock of its products. */
async function endOf({ order, lamps }: ExpiredPair) {
  const [row] = await given.database.rows<{ events: string; returns: number; stocks: string[] }>(
    `SELECT concat_ws(' ', status, CASE WHEN confirmed_at IS NOT NULL THEN 'confirmed' END,
                      CASE WHEN cancelled_at IS NULL THEN NULL WHEN cancelled_by IS NULL THEN 'expired' ELSE 'cancelled' END) AS events,
            (SELECT count(*)::integer FROM stock_returns WHERE order_id = orders.id) AS returns,
            (SELECT array_agg(stock_quantity::integer ORDER BY id) FROM products WHERE id = ANY ($2)) AS stocks
       FROM orders WHERE id = $1`,
    [order.id, lamps.map(({ id }) => id)],
  );
  return row;
}

function deadlocks(): Promise<number> {
  return given.database.value<number>(
    'SELECT deadlocks::integer FROM pg_stat_database WHERE datname = current_database()',
  );
}

// Guarantees that in every race with an expiry one side wins, units come back once, and nothing deadlocks.
describe(`on two processes, ${RACES} times over`, () => {
  it('an expired order is either confirmed or sold to the next buyer', async () => {
    const [before, admin] = [await deadlocks(), given.clientOf(second, await given.admin())];
    let confirms = 0;

    await race(async (one) => {
      const [lamp, desk] = one.lamps;
      const [confirmed, bought] = await Promise.all([
        admin.patch<OrderBody>(`/orders/${one.order.id}/confirm`),
        buys(buyers[0], [lamp.id]),
      ]);
      const isConfirmed = confirmed.status === 200;
      confirms += isConfirmed ? 1 : 0;
      expect([confirmed.status, bought.status]).toEqual(isConfirmed ? [200, 409] : [409, 201]);
      expect(await endOf(one)).toEqual(
        isConfirmed
          ? { events: 'CONFIRMED confirmed', returns: 0, stocks: [0, 0] }
          : { events: 'CANCELLED expired', returns: 2, stocks: lamp.id < desk.id ? [0, 1] : [1, 0] },
      );
    });

    expect(confirms).toBeGreaterThan(0);
    expect(await deadlocks()).toBe(before);
  });

  it('the last unit of an expired order is sold, whether its owner or the expiry cancels it', async () => {
    const before = await deadlocks();
    const owner = given.clientOf(second, holder);

    await race(async (one) => {
      const [lamp, desk] = one.lamps;
      const [cancelled, bought] = await Promise.all([
        owner.patch<OrderBody>(`/orders/${one.order.id}/cancel`),
        buys(buyers[0], [lamp.id, desk.id]),
      ]);
      const end = await endOf(one);
      expect(bought.status).toBe(201);
      expect([cancelled.status, end]).toEqual([
        cancelled.status === 200 ? 200 : 409,
        {
          events: cancelled.status === 200 ? 'CANCELLED cancelled' : 'CANCELLED expired',
          returns: 2,
          stocks: [0, 0],
        },
      ]);
    });

    expect(await deadlocks()).toBe(before);
  });

  it('of two buyers with opposite baskets on two processes, one gets all and the other nothing', async () => {
    const before = await deadlocks();

    await race(async (one) => {
      const ids = one.lamps.map(({ id }) => id);
      const answers = await Promise.all([buys(buyers[0], ids), buys(buyers[1], [...ids].reverse())]);
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
      expect(await endOf(one)).toEqual({ events: 'CANCELLED expired', returns: 2, stocks: [0, 0] });
    });

    expect(await deadlocks()).toBe(before);
  });

  it('two buyers on two processes share the units of one expired order, each with one request', async () => {
    const before = await deadlocks();

    await race(async (one) => {
      const [lamp, desk] = one.lamps;
      const answers = await Promise.all([buys(buyers[0], [desk.id]), buys(buyers[1], [lamp.id])]);
      expect(answers.filter(succeeded)).toHaveLength(2);
      expect(await endOf(one)).toEqual({ events: 'CANCELLED expired', returns: 2, stocks: [0, 0] });
    });

    expect(await deadlocks()).toBe(before);
  });
});

describe('while both processes sweep', () => {
  it(`the last unit of an expired order is sold to the first who asks, ${RACES} times over`, async () => {
    await race(async (one) => {
      const answers = await Promise.all(
        one.lamps.map(({ id }, index) => buys(buyers[index] as Client, [id])),
      );
      expect(answers.filter(succeeded)).toHaveLength(2);
      expect(await endOf(one)).toEqual({ events: 'CANCELLED expired', returns: 2, stocks: [0, 0] });
    }, true);
  });

  it('racing buyers, owners, admins and sweeps end each order once, with correct stock', async () => {
    const before = await deadlocks();
    const lamps = await Promise.all(Array.from({ length: 10 }, () => given.product({ stock: 60 })));
    const admin = given.clientOf(second, await given.admin());
    const orders = await Promise.all(
      Array.from({ length: RACES }, (_, index) => {
        const two = [lamps[index % 10] as ProductBody, lamps[(index * 7 + 3) % 10] as ProductBody];
        return given.order(holder, Object.fromEntries(two.map(({ id }) => [id, 1])));
      }),
    );

    const racing = orders.map((order, index) =>
      index % 2
        ? admin.patch(`/orders/${order.id}/confirm`)
        : holder.client.patch(`/orders/${order.id}/cancel`),
    );
    const buying = lamps.map(({ id }, index) =>
      (buyers[index % 2] as Client).post('/orders', { items: asItems({ [id]: 30 }) }),
    );
    await expire(given.database, ...orders);
    await Promise.all([...racing, ...buying]);

    expect((await admin.get('/audit/stock')).body).toMatchObject({ balanced: true });
    expect(await deadlocks()).toBe(before);
    const twice = await given.database.rows(
      'SELECT order_id, product_id FROM stock_returns GROUP BY 1, 2 HAVING count(*) > 1',
    );
    expect(twice).toEqual([]);
  });
});
