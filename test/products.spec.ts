import { describe, expect, it } from '@jest/globals';
import type { ListBody, OrderBody, ProblemBody, ProductBody } from './support/api-types.js';
import { useWorld } from './support/world.js';

const given = useWorld();

// Guarantees that every change of stock is recorded, and that stock never goes below zero.
describe('changing a product', () => {
  it('changes only what is named', async () => {
    const lamp = await given.product({ name: 'Lamp', price: 10, stock: 5 });
    const { client } = await given.admin();

    const answer = await client.patch<ProductBody>(`/products/${lamp.id}`, { price: 12.5 });

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ ...lamp, price: 12.5, updated_at: answer.body.updated_at });
    expect(answer.body.updated_at > lamp.updated_at).toBe(true);
  });

  it('adds and removes stock by stock_delta, and refuses to go below zero', async () => {
    const lamp = await given.product({ stock: 5 });
    const { client } = await given.admin();

    const more = await client.patch<ProductBody>(`/products/${lamp.id}`, { stock_delta: 3 });
    const tooMuch = await client.patch<ProblemBody>(`/products/${lamp.id}`, { stock_delta: -9, price: 1 });
    const all = await client.patch<ProductBody>(`/products/${lamp.id}`, { stock_delta: -8 });

    expect(more.body.stock_quantity).toBe(8);
    expect(tooMuch.body).toMatchObject({
      code: 'insufficient-stock',
      lines: [{ product_id: lamp.id, requested: 9, available: 8 }],
    });
    expect(all.body).toMatchObject({ stock_quantity: 0, price: 10 });
  });

  it('sets an absolute stock only with the version that was seen', async () => {
    const lamp = await given.product({ stock: 5 });
    const [{ client }, buyer] = [await given.admin(), await given.customer()];
    const path = `/products/${lamp.id}`;
    const seen = (await client.get(path)).headers.get('etag') ?? '';
    const count = { stock_quantity: 7 };

    const unseen = await client.patch<ProblemBody>(path, count);
    await given.order(buyer, { [lamp.id]: 1 });
    const stale = await client.patch<ProblemBody>(path, count, { headers: { 'if-match': seen } });
    const current = (await client.get(path)).headers.get('etag') ?? '';
    const fresh = await client.patch<ProductBody>(path, count, { headers: { 'if-match': current } });

    expect(unseen.body).toMatchObject({ status: 428, code: 'precondition-required' });
    expect(stale.body).toMatchObject({ status: 412, code: 'precondition-failed' });
    expect(fresh.body.stock_quantity).toBe(7);
    expect((await client.get('/audit/stock')).body).toMatchObject({ balanced: true });
  });

  it('refuses stock_delta together with stock_quantity, and more than a billion units', async () => {
    const lamp = await given.product({ stock: 5 });
    const { client } = await given.admin();

    const both = await client.patch<ProblemBody>(`/products/${lamp.id}`, {
      stock_delta: 1,
      stock_quantity: 1,
    });
    const flood = await client.patch<ProblemBody>(`/products/${lamp.id}`, { stock_delta: 999_999_996 });
    const brim = await client.patch<ProductBody>(`/products/${lamp.id}`, { stock_delta: 999_999_995 });

    expect([both.status, flood.status, brim.status]).toEqual([422, 422, 200]);
    expect(await given.database.stockOf(lamp)).toBe(1_000_000_000);
  });

  it('can change a product whose stock exceeds a billion because of a cancelled order', async () => {
    const lamp = await given.product({ stock: 1_000_000_000 });
    const [{ client }, buyer] = [await given.admin(), await given.customer()];
    const order = await given.order(buyer, { [lamp.id]: 1_000_000 });
    await client.patch(`/products/${lamp.id}`, { stock_delta: 1_000_000 });
    await client.patch(`/orders/${order.id}/cancel`);

    const less = await client.patch<ProductBody>(`/products/${lamp.id}`, { price: 2, stock_delta: -1 });
    const more = await client.patch(`/products/${lamp.id}`, { stock_delta: 1 });

    expect(less.body.stock_quantity).toBe(1_000_999_999);
    expect(more.status).toBe(422);
  });

  it('changes nothing, not even the version, if the body is empty', async () => {
    const lamp = await given.product();
    const { client } = await given.admin();

    const answer = await client.patch<ProductBody>(`/products/${lamp.id}`, {});

    expect(answer.body).toEqual(lamp);
    expect(answer.headers.get('etag')).toBe('"1"');
  });

  it('does not accept If-Match: * as a version that was seen', async () => {
    const lamp = await given.product();
    const { client } = await given.admin();
    const anyVersion = { headers: { 'if-match': '*' } };
    const answer = await client.patch(`/products/${lamp.id}`, { stock_quantity: 1 }, anyVersion);
    expect(answer.status).toBe(428);
    expect(await given.database.stockOf(lamp)).toBe(10);
  });

  it('answers 404 for a product that does not exist', async () => {
    const { client } = await given.admin();
    const answer = await client.patch<ProblemBody>('/products/2000000000', { price: 1 });
    expect(answer.body).toMatchObject({
      status: 404,
      code: 'product-not-found',
      product_ids: [2_000_000_000],
    });
  });
});

// Guarantees that amounts come back as they were sent, and that no other numbers are accepted.
describe('prices', () => {
  it.each([0, 0.01, 0.29, 1.1, 19.99, 1234567.89, 99_999_999.99])(
    'are returned exactly as sent: %p',
    async (price) => {
      const product = await given.product({ price });
      const read = await given.anyone.get<ProductBody>(`/products/${product.id}`);
      expect([product.price, read.body.price]).toEqual([price, price]);
    },
  );

  it.each([-0.01, 0.005, 1e-9, 3 * 33.1, 19.990000000000002, 100_000_000, 1e308, '10', null, true, [], {}])(
    'cannot be %p',
    async (price) => {
      const { client } = await given.admin();
      const answer = await client.post<ProblemBody>('/products', { name: 'X', price, stock_quantity: 1 });
      expect(answer.body).toMatchObject({
        status: 422,
        errors: [{ pointer: '/price', code: 'not-an-amount' }],
      });
    },
  );
});

// Guarantees that lists are complete, in order, and never overlap.
describe('listing products', () => {
  it('shows inactive products to admins who ask, and to nobody else', async () => {
    const lamp = await given.product();
    const [admin, customer] = [await given.admin(), await given.customer()];
    await admin.client.patch(`/products/${lamp.id}`, { is_active: false });
    const ids = ({ body }: { body: ListBody<ProductBody> }) => body.data.map(({ id }) => id);

    const hidden = await admin.client.get<ListBody<ProductBody>>('/products?limit=100');
    const shown = await admin.client.get<ListBody<ProductBody>>('/products?limit=100&include_inactive=true');
    const refused = await customer.client.get<ProblemBody>('/products?include_inactive=true');

    expect(ids(hidden)).not.toContain(lamp.id);
    expect(ids(shown)).toContain(lamp.id);
    expect(refused.status).toBe(403);
    expect((await customer.client.get(`/products/${lamp.id}`)).status).toBe(404);
    expect((await admin.client.get(`/products/${lamp.id}`)).status).toBe(200);
  });

  it('gives the same complete list by page number, by Link and by cursor', async () => {
    for (let n = 0; n < 7; n += 1) await given.product({ name: `Walk ${n}` });
    const total = await given.database.value<number>(
      'SELECT count(*)::integer FROM products WHERE is_active',
    );
    const expected = await given.database.rows<{ id: number }>(
      'SELECT id FROM products WHERE is_active ORDER BY id',
    );

    const byNumber: number[] = [];
    for (let page = 1; page <= Math.ceil(total / 3); page += 1) {
      const { body } = await list(`/products?page=${page}&limit=3`);
      byNumber.push(...body.data.map(({ id }) => id));
      expect(body.pagination).toMatchObject({ total, pages: Math.ceil(total / 3), total_is_exact: true });
    }
    const byLink: number[] = [];
    for (let path: string | undefined = '/products?limit=3'; path;) {
      const answer = await list(path);
      byLink.push(...answer.body.data.map(({ id }) => id));
      path = links(answer.headers).next;
    }
    const byCursor: number[] = [];
    for (let path: string | undefined = '/products?limit=3'; path;) {
      const { body, headers } = await list(path);
      byCursor.push(...body.data.map(({ id }) => id));
      expect(links(headers).first).toBe('/products?limit=3&page=1');
      const next: string | null = body.pagination.next_cursor;
      path = next === null ? undefined : `/products?limit=3&cursor=${next}`;
    }

    const ids = expected.map(({ id }) => id);
    expect([byNumber, byLink, byCursor]).toEqual([ids, ids, ids]);
  });

  it('links to the first, previous, next and last page', async () => {
    for (let n = 0; n < 4; n += 1) await given.product();
    const answer = await list('/products?limit=1&page=2');
    const { total } = answer.body.pagination;

    expect(links(answer.headers)).toEqual({
      first: '/products?limit=1&page=1',
      prev: '/products?limit=1&page=1',
      next: '/products?limit=1&page=3',
      last: `/products?limit=1&page=${total}`,
    });
  });

  it('answers a page past the end with an empty list', async () => {
    const answer = await list('/products?page=1000000000&limit=100');
    expect(answer.status).toBe(200);
    expect(answer.body.data).toEqual([]);
    expect(links(answer.headers).next).toBeUndefined();
  });

  it('counts up to 1,000 rows exactly, and says if the total is not exact', async () => {
    const few = await list('/products');
    await given.database.rows(
      `INSERT INTO products (name, price_minor, stock_quantity) SELECT 'many', 1, 0 FROM ` +
        'generate_series(1, 1001)',
    );
    const many = await list('/products');

    expect(few.body.pagination.total_is_exact).toBe(true);
    expect(many.body.pagination).toMatchObject({ total: 1_000, total_is_exact: false });
    expect(links(many.headers).last).toBeUndefined();
  });

  it('refuses a cursor that is invented, belongs to another list or comes with a page number', async () => {
    for (let n = 0; n < 2; n += 1) await given.product();
    const buyer = await given.customer();
    const { body } = await list('/products?limit=1');
    const cursor = body.pagination.next_cursor ?? '';
    const attempts = [
      buyer.client.get<ProblemBody>(`/orders?cursor=${cursor}`),
      buyer.client.get<ProblemBody>(`/products?cursor=${cursor}&page=1`),
      buyer.client.get<ProblemBody>('/products?cursor=AAAAAQAAAAAAAAAAAAAAAA'),
      buyer.client.get<ProblemBody>('/products?cursor='),
      buyer.client.get<ProblemBody>(`/products?cursor=${'A'.repeat(201)}`),
    ];

    for (const answer of await Promise.all(attempts)) expect(answer.status).toBe(422);
  });

  it('sorts a customer’s orders in the same way for the customer and for an admin', async () => {
    const lamp = await given.product({ stock: 100 });
    const buyer = await given.customer();
    for (let n = 0; n < 5; n += 1) await given.order(buyer, { [lamp.id]: 1 });
    const first = await buyer.client.get<ListBody<OrderBody>>('/orders?limit=2');
    const second = await buyer.client.get<ListBody<OrderBody>>(
      `/orders?limit=3&cursor=${first.body.pagination.next_cursor}`,
    );

    const ids = [...first.body.data, ...second.body.data].map(({ id }) => id);
    expect(ids).toEqual([...ids].sort((a, b) => b - a));
    expect(new Set(ids).size).toBe(5);
    expect(second.body.pagination.next_cursor).toBeNull();
  });

  const list = (path: string) => given.anyone.get<ListBody<ProductBody>>(path);

  function links(headers: Headers): Record<string, string> {
    const matches = (headers.get('link') ?? '').matchAll(/<([^>]*)>; rel="(\w+)"/g);
    return Object.fromEntries([...matches].map(([, href = '', rel = '']) => [rel, href]));
  }
});
