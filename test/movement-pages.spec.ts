import { describe, expect, it } from '@jest/globals';
import { READ_MOVEMENTS } from '../src/audit/read-movements.js';
import type { MovementBody } from './support/api-types.js';
import { brief, expectChain, MovementDesk } from './support/movements.js';
import { useWorld } from './support/world.js';

const given = useWorld();
const movements = new MovementDesk(given);

// Guarantees that pages fit together, even while the stock keeps changing.
describe('paging through movements', () => {
  async function busyProduct() {
    const lamp = await given.product({ stock: 100 });
    const buyer = await given.customer();
    const move = async () => {
      const [kept, cancelled] = [
        await given.order(buyer, { [lamp.id]: 2 }),
        await given.order(buyer, { [lamp.id]: 1 }),
      ];
      await buyer.client.patch(`/orders/${cancelled.id}/cancel`);
      await movements.changeStock(lamp, { stock_delta: 1 });
      return kept;
    };
    for (let n = 0; n < 3; n += 1) await move();
    return { lamp, move };
  }

  it('gives the same list and balances by page number, by cursor and all at once', async () => {
    const { lamp } = await busyProduct();
    const whole = (await movements.list(lamp)).body;

    const byNumber: MovementBody[] = [];
    for (let page = 1; page <= 5; page += 1) {
      const { body, headers } = await movements.list(lamp, `page=${page}&limit=3`);
      byNumber.push(...body.data);
      expect(body.pagination).toMatchObject({ page, limit: 3, total: 13, pages: 5, total_is_exact: true });
      expect(headers.get('link')).toContain(`limit=3&page=${Math.min(page + 1, 5)}>; rel="`);
    }

    expect(whole.data).toHaveLength(13);
    expectChain(whole.data);
    expect(whole.data[0]?.balance).toBe(await given.database.stockOf(lamp));
    expect(byNumber).toEqual(whole.data);
    for (const limit of [1, 4, 13]) expect(await movements.walk(lamp, limit)).toEqual(whole.data);
    expect((await movements.list(lamp, 'page=6&limit=3')).body.data).toEqual([]);
    expect((await movements.list(lamp, 'page=1000000000&limit=100')).body.data).toEqual([]);
  });

  it('shows each movement that existed at the start once, while movements of every kind go on', async () => {
    const { lamp, move } = await busyProduct();
    const atStart = await movements.rows(lamp);

    const walked = await movements.walk(lamp, 2, move);

    expect(walked).toEqual(atStart);
    expect((await movements.rows(lamp)).slice(-atStart.length)).toEqual(atStart);
  });

  it('gives balances that stay true on every page and walk that begins under load', async () => {
    const { lamp, move } = await busyProduct();
    let isOver = false;
    const load = Promise.all(
      [1, 2, 3].map(async () => {
        while (!isOver) await move();
      }),
    );

    const walks: MovementBody[][] = [];
    const haveGrown = () => (walks.at(-1)?.length ?? 0) > (walks[0]?.length ?? 0);
    while (walks.length < 5 || !haveGrown()) walks.push(await movements.walk(lamp, 5));
    const pages: MovementBody[] = [];
    for (let n = 0; n < 60; n += 1) pages.push(...(await movements.list(lamp, 'limit=2')).body.data);
    isOver = true;
    await load;

    const all = await movements.walk(lamp, 100);
    const trueRows = new Set(all.map((row) => JSON.stringify(row)));
    expectChain(all);
    expect(all[0]?.balance).toBe(await given.database.stockOf(lamp));
    for (const walked of walks) expect(walked).toEqual(all.slice(-walked.length));
    expect(pages.filter((row) => !trueRows.has(JSON.stringify(row)))).toEqual([]);
  });

  it('refuses limits and pages out of range, and cursors that are forged, of another product or beside a page', async () => {
    const [lamp, desk] = [await given.product(), await given.product()];
    await movements.changeStock(lamp, { stock_delta: 1 });
    const cursor = (await movements.list(lamp, 'limit=1')).body.pagination.next_cursor ?? '';
    const forged = Buffer.from(cursor, 'base64url');
    forged.writeUInt8(forged.readUInt8(7) ^ 1, 7);

    const queries = ['limit=0', 'limit=101', 'page=0', 'page=x', 'kind=SOLD', 'cursor=', 'cursor=AAAA',
      `cursor=${cursor}&page=1`, `cursor=${forged.toString('base64url')}`]; // prettier-ignore
    const answers = await Promise.all([
      ...queries.map((query) => movements.list(lamp, query)),
      movements.list(desk, `cursor=${cursor}`),
    ]);

    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 422));
    expect((await movements.list(lamp, `cursor=${cursor}`)).body.data.map(brief)).toEqual([
      ['PUT_IN', 10, 10],
    ]);
  });
});

// Guarantees that a page costs the same however many orders and movements there are.
describe('movements of a product with many sales', () => {
  interface Plan {
    'Node Type': string;
    'Relation Name'?: string;
    'Index Name'?: string;
    'Index Cond'?: string;
    Plans?: Plan[];
  }

  /** 60,000 orders, a third of them cancelled; half of them have the product. */
  async function sellALot(): Promise<number> {
    const { database } = given;
    const [popular, other] = (await database.addProducts(2_000, 100_000)) as [number, number];
    const buyer = await database.addCustomer('regular');
    const [{ first }] = (await database.rows<{ first: number }>(
      `WITH placed AS (
         INSERT INTO orders (customer_id, status, total_minor, placement_key, cancelled_at)
         SELECT $1, CASE n % 3 WHEN 0 THEN 'CANCELLED' ELSE 'PENDING' END, 100, n, CASE n % 3 WHEN 0 THEN now() END
           FROM generate_series(1, 60000) AS n RETURNING id)
       SELECT min(id) AS first FROM placed`,
      [buyer],
    )) as [{ first: number }];
    await database.rows(
      `INSERT INTO order_items
       SELECT id, CASE id / 2 % 2 WHEN 0 THEN $2 ELSE $3 END::integer, 'Lamp', 1, 100 FROM orders WHERE id >= $1`,
      [first, popular, other],
    );
    await database.rows(
      `INSERT INTO stock_returns (order_id, product_id)
       SELECT order_id, product_id FROM order_items JOIN orders ON orders.id = order_id
        WHERE status = 'CANCELLED' AND order_id >= $1`,
      [first],
    );
    await database.rows(
      `INSERT INTO stock_adjustments (product_id, quantity) SELECT $1, CASE n % 2 WHEN 0 THEN 1 ELSE -1 END
         FROM generate_series(1, 2000) AS n`,
      [popular],
    );
    await database.rows(
      `UPDATE products SET stock_quantity = 100000 - sold.count
         FROM (SELECT product_id, count(*) FROM order_items JOIN orders ON orders.id = order_id
                WHERE status <> 'CANCELLED' AND order_id >= $1 GROUP BY product_id) AS sold
        WHERE id = product_id`,
      [first],
    );
    await database.rows('VACUUM ANALYZE');
    return popular;
  }

  /** Whether a node scans a whole table, or a primary key other than for a look-up by id. */
  function readsTooMuch(node: Plan): boolean {
    const isLookUp = /order_id = |\(id = /.test(node['Index Cond'] ?? '');
    return node['Node Type'] === 'Seq Scan' || (/^pk_/.test(node['Index Name'] ?? '') && !isLookUp);
  }

  async function planOf(product: number, reach: number): Promise<Plan[]> {
    const values = [product, 2 ** 31 - 1, 2 ** 31 - 1, 2 ** 31 - 1, reach, 1_001];
    const statement = READ_MOVEMENTS.replace(/\$(\d)/g, (_, n) => String(values[Number(n) - 1]));
    const [row] = await given.database.rows<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
      `EXPLAIN (FORMAT JSON) ${statement}`,
    );
    const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];
    return nodes((row as { 'QUERY PLAN': [{ Plan: Plan }] })['QUERY PLAN'][0].Plan);
  }

  it('read only ranges of indexes, are counted up to a limit, and continue by cursor', async () => {
    const popular = await sellALot();
    const stock = await given.database.stockOf({ id: popular });

    const popularPlan = await planOf(popular, 11);
    const deepPlan = await planOf(popular, 10_101);
    const rarePlan = await planOf(popular + 1, 11);
    const first = await movements.list({ id: popular }, 'limit=100');
    const deepest = await movements.list({ id: popular }, 'limit=100&page=100');
    const tooDeep = await movements.list({ id: popular }, 'limit=100&page=101');
    const rest = await movements.list(
      { id: popular },
      `limit=100&cursor=${deepest.body.pagination.next_cursor}`,
    );

    expect([...popularPlan, ...deepPlan, ...rarePlan].filter(readsTooMuch)).toEqual([]);
    expect([...popularPlan, ...deepPlan].filter((node) => /Bitmap/.test(node['Node Type']))).toEqual([]);
    expect(first.body.data[0]?.balance).toBe(stock);
    expect(first.body.pagination).toMatchObject({ total: 1_000, total_is_exact: false });
    expect(tooDeep.body).toMatchObject({
      status: 422,
      errors: [{ pointer: '/page', code: 'page-too-deep' }],
    });
    const [last, next] = [deepest.body.data.at(-1), rest.body.data[0]];
    expect(next?.balance).toBe((last?.balance ?? 0) - (last?.quantity ?? 0));
  });
});
