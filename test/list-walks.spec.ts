import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ListBody, OrderBody, ProblemBody, ProductBody } from './support/api-types.js';
import type { Answer, Client } from './support/client.js';
import { type Person, useWorld } from './support/world.js';

const given = useWorld();

// Guarantees that paging by cursor shows everything that was there at the start exactly once.
describe('paging through a list by cursor', () => {
  let lamp: ProductBody;
  let [buyer, admin]: Person[] = [];
  beforeAll(async () => {
    lamp = await given.product({ stock: 1_000 });
    [buyer, admin] = [await given.customer(), await given.admin()];
  });

  /** Between two pages: new orders, one confirmation and one cancellation, before and after the cursor. */
  async function trade(ids: number[], round: number): Promise<void> {
    const { customer, keeper } = people();
    await Promise.all([given.order(customer, { [lamp.id]: 1 }), given.order(customer, { [lamp.id]: 1 })]);
    const [ahead, behind] = [ids[round], ids[ids.length - 1 - round]];
    await keeper.client.patch(`/orders/${round % 2 ? ahead : behind}/confirm`);
    await keeper.client.patch(`/orders/${round % 2 ? behind : ahead}/cancel`);
  }

  const people = () => ({ customer: buyer as Person, keeper: admin as Person });

  it.each([
    ['a customer’s own orders', 'customer', ''],
    ['every order, for an admin', 'keeper', ''],
    ['the orders with a product, for an admin', 'keeper', 'product_id'],
    ['the orders with a product, for a customer', 'customer', 'product_id'],
  ] as const)(
    'repeats and misses none of %s, while orders are placed, confirmed and cancelled',
    async (...row) => {
      const [, who, filter] = row;
      const { customer, [who]: caller } = people();
      for (let n = 0; n < 12; n += 1) await given.order(customer, { [lamp.id]: 1 });
      const atStart = await orderIds('WHERE true');
      const path = `/orders?limit=4${filter && `&${filter}=${lamp.id}`}`;

      const seen = await walk(caller.client, path, (round) => trade(atStart, round));

      const ids = seen.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(atStart.filter((id) => !ids.includes(id))).toEqual([]);
    },
  );

  it('with a status filter repeats no order and misses none that keeps the status', async () => {
    const { customer, keeper } = people();
    for (let n = 0; n < 16; n += 1) await given.order(customer, { [lamp.id]: 1 });
    const atStart = await orderIds(`WHERE status = 'PENDING'`);

    const seen = await walk(keeper.client, '/orders?limit=3&status=PENDING', (round) =>
      trade(atStart, round),
    );

    const ids = seen.map(({ id }) => id);
    const stayed = (await orderIds(`WHERE status = 'PENDING'`)).filter((id) => atStart.includes(id));
    expect(stayed.length).toBeLessThan(atStart.length);
    expect(new Set(ids).size).toBe(ids.length);
    expect(stayed.filter((id) => !ids.includes(id))).toEqual([]);
    expect(seen.every(({ status }) => status === 'PENDING')).toBe(true);
  });

  it('continues beyond the last numbered page, which is refused by number', async () => {
    await given.database.rows(
      `INSERT INTO products (name, price_minor, stock_quantity) SELECT 'many', 1, 0 FROM ` +
        'generate_series(1, 10150)',
    );
    const last = await list<ProductBody>(given.anyone, '/products?page=100&limit=100');
    const refused = await given.anyone.get<ProblemBody>('/products?page=101&limit=100');
    const ids = last.body.data.map(({ id }) => id);
    for (let path = nextOf(last); path !== undefined;) {
      const answer = await list<ProductBody>(given.anyone, path);
      ids.push(...answer.body.data.map(({ id }) => id));
      path = nextOf(answer);
    }
    const expected = await given.database.rows<{ id: number }>(
      'SELECT id FROM products WHERE is_active ORDER BY id OFFSET 9900',
    );
    await given.database.rows(`DELETE FROM products WHERE name = 'many'`);

    expect(nextOf(last)).toMatch(/^\/products\?limit=100&cursor=/);
    expect(refused.status).toBe(422);
    expect(refused.body.errors?.[0]).toMatchObject({ pointer: '/page', code: 'page-too-deep' });
    expect(refused.body.errors?.[0]?.message).toContain('cursor');
    expect(ids).toEqual(expected.map(({ id }) => id));
  });

  it('finds one of many orders by its product, with a few hundred orders searched per page', async () => {
    const { customer } = people();
    const rare = await given.product();
    await given.order(customer, { [rare.id]: 1 });
    await given.database.rows(
      `WITH o AS (INSERT INTO orders (customer_id, status, total_minor, placement_key, cancelled_at)
         SELECT $1, 'CANCELLED', 0, gen_random_uuid(), now() FROM generate_series(1, 2100) RETURNING id)
       INSERT INTO order_items (order_id, product_id, product_name, quantity, price_minor)
         SELECT id, $2, 'Lamp', 1, 0 FROM o`,
      [customer.id, lamp.id],
    );

    const pages: ListBody<OrderBody>[] = [];
    for (let path: string | undefined = `/orders?product_id=${rare.id}`; path !== undefined;) {
      const answer: Answer<ListBody<OrderBody>> = await list(customer.client, path);
      pages.push(answer.body);
      path = nextOf(answer);
    }

    expect(pages.map(({ data }) => data.length)).toEqual([0, 0, 0, 0, 1]);
    expect(pages[0]?.pagination).toMatchObject({ total: 0, total_is_exact: false });
  });
});

// Guarantees that a cursor is valid only unchanged and only for the list that it came from.
describe('a cursor', () => {
  it('is refused if any character is changed or added', async () => {
    const cursor = await cursorOf(given.anyone, '/products?limit=1');
    const changed = [...cursor].map((character, index) => {
      return cursor.slice(0, index) + (character === 'A' ? 'B' : 'A') + cursor.slice(index + 1);
    });
    const attempts = [...changed, `${cursor}A`, `${cursor}=`, `${cursor}!`, cursor.slice(0, -1)];
    const send = (text: string) => given.anyone.get(`/products?limit=1&cursor=${encodeURIComponent(text)}`);

    const answers = await Promise.all(attempts.map(send));

    expect((await send(cursor)).status).toBe(200);
    expect(answers.map(({ status }) => status)).toEqual(attempts.map(() => 422));
  });

  it('is refused with other filters and for another customer', async () => {
    const lamp = await given.product();
    const [buyer, stranger] = await given.customers(2);
    for (let n = 0; n < 2; n += 1) await given.order(buyer, { [lamp.id]: 1 });
    for (let n = 0; n < 2; n += 1) await given.order(stranger, { [lamp.id]: 1 });
    const cursor = await cursorOf(buyer.client, '/orders?limit=1&status=PENDING');
    const send = (client: Client, filters: string) => client.get(`/orders?cursor=${cursor}${filters}`);

    const good = await send(buyer.client, '&status=pending');
    const refused = await Promise.all([
      send(buyer.client, ''),
      send(buyer.client, '&status=CONFIRMED'),
      send(buyer.client, `&status=PENDING&product_id=${lamp.id}`),
      send(stranger.client, '&status=PENDING'),
      send((await given.admin()).client, '&status=PENDING'),
    ]);

    expect(good.status).toBe(200);
    expect(refused.map(({ status }) => status)).toEqual([422, 422, 422, 422, 422]);
  });

  async function cursorOf(client: Client, path: string): Promise<string> {
    await given.product();
    await given.product();
    return (await list(client, path)).body.pagination.next_cursor ?? '';
  }
});

async function list<Item>(client: Client, path: string): Promise<Answer<ListBody<Item>>> {
  const answer = await client.get<ListBody<Item>>(path);
  expect(answer.status).toBe(200);
  return answer;
}

/** All items from the first page to the last, with an action between any two pages. */
async function walk(
  client: Client,
  path: string,
  meanwhile: (round: number) => Promise<void>,
): Promise<OrderBody[]> {
  const seen: OrderBody[] = [];
  let cursor: string | null = '';
  for (let round = 0; cursor !== null; round += 1) {
    const suffix: string = cursor && `&cursor=${cursor}`;
    const { body }: Answer<ListBody<OrderBody>> = await list(client, path + suffix);
    seen.push(...body.data);
    cursor = body.pagination.next_cursor;
    if (round < 6) await meanwhile(round);
  }
  return seen;
}

async function orderIds(where: string): Promise<number[]> {
  const rows = await given.database.rows<{ id: number }>(`SELECT id FROM orders ${where} ORDER BY id DESC`);
  return rows.map(({ id }) => id);
}

function nextOf({ headers }: Answer<unknown>): string | undefined {
  return /<([^>]*)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
}
