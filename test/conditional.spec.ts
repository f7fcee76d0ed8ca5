import { describe, expect, it } from '@jest/globals';
import type { OrderBody, ProblemBody, ProductBody } from './support/api-types.js';
import { Connection } from './support/connection.js';
import { useWorld } from './support/world.js';

const given = useWorld();

type Path = (productId: number, orderId: number) => string;
const PRODUCT: Path = (productId) => `/products/${productId}`;
const ORDER: Path = (_productId, orderId) => `/orders/${orderId}`;

/** Every route whose answer has an ETag. */
const READS: [string, Path][] = [
  ['product', PRODUCT],
  ['order', ORDER],
  ['history', (_productId, orderId) => `/orders/${orderId}/history`],
];
const WRITES: [string, Path, object | undefined][] = [
  ['change', PRODUCT, { price: 7 }],
  ['confirm', (_productId, orderId) => `/orders/${orderId}/confirm`, undefined],
  ['cancel', (_productId, orderId) => `/orders/${orderId}/cancel`, undefined],
];

const ifMatch = (tag: string) => ({ headers: { 'if-match': tag } });
const ifNoneMatch = (tag: string) => ({ headers: { 'if-none-match': tag } });

// Guarantees that a client can make a read or a write depend on the version that it has seen.
describe('conditional requests', () => {
  it('answer 304 without a body until something changes, and then the new state', async () => {
    const lamp = await given.product({ stock: 5 });
    const buyer = await given.customer();
    const path = `/products/${lamp.id}`;
    const tag = (await given.anyone.get(path)).headers.get('etag') ?? '';

    const same = [tag, `W/${tag}`, `"x", ${tag}`, '*'].map((tags) =>
      given.anyone.get(path, ifNoneMatch(tags)),
    );
    const answers = await Promise.all(same);
    await given.order(buyer, { [lamp.id]: 1 });
    const changed = await given.anyone.get<ProductBody>(path, ifNoneMatch(tag));

    expect(answers.map(({ status, text, headers }) => [status, text, headers.get('etag')])).toEqual(
      answers.map(() => [304, '', tag]),
    );
    expect(changed.status).toBe(200);
    expect(changed.body.stock_quantity).toBe(4);
    expect(changed.headers.get('etag')).not.toBe(tag);
  });

  it('treat the products of a cancelled order as changed, because their stock came back', async () => {
    const [lamp, desk] = [await given.product({ stock: 5 }), await given.product({ stock: 5 })];
    const [buyer, admin] = [await given.customer(), await given.admin()];
    const order = await given.order(buyer, { [lamp.id]: 2, [desk.id]: 3 });
    const tagOf = async ({ id }: ProductBody) =>
      (await given.anyone.get(`/products/${id}`)).headers.get('etag') ?? '';
    const tags = [await tagOf(lamp), await tagOf(desk)] as const;

    await buyer.client.patch(`/orders/${order.id}/cancel`);

    for (const [index, { id }] of [lamp, desk].entries()) {
      const tag = tags[index] as string;
      const again = await given.anyone.get<ProductBody>(`/products/${id}`, ifNoneMatch(tag));
      expect([again.status, again.body.stock_quantity]).toEqual([200, 5]);
      const counted = await admin.client.patch(`/products/${id}`, { stock_quantity: 1 }, ifMatch(tag));
      expect([counted.status, await given.database.stockOf({ id })]).toEqual([412, 5]);
    }
  });

  it.each(['confirm', 'cancel'])(
    'refuse to %s an order that has changed since it was seen',
    async (action) => {
      const lamp = await given.product({ stock: 5 });
      const [buyer, admin] = [await given.customer(), await given.admin()];
      const order = await given.order(buyer, { [lamp.id]: 1 });
      const path = `/orders/${order.id}/${action}`;
      const tag = (await admin.client.get(`/orders/${order.id}`)).headers.get('etag') ?? '';

      const refused = [];
      for (const other of ['"0"', `W/${tag}`, '"0", "2"', tag.replaceAll('"', '')]) {
        refused.push(await admin.client.patch<ProblemBody>(path, undefined, ifMatch(other)));
      }
      const untouched = await admin.client.get<OrderBody>(`/orders/${order.id}`);
      const done = await admin.client.patch<OrderBody>(path, undefined, ifMatch(`"0", ${tag}`));
      const again = await admin.client.patch<ProblemBody>(path, undefined, ifMatch(tag));

      expect(refused.map(({ body }) => body.code)).toEqual(refused.map(() => 'precondition-failed'));
      expect(untouched.body.status).toBe('PENDING');
      expect(done.status).toBe(200);
      expect(done.headers.get('etag')).not.toBe(tag);
      expect(again.status).toBe(412);
      expect(await given.database.stockOf(lamp)).toBe(action === 'cancel' ? 5 : 4);
    },
  );

  it('refuse any change of a product that has changed since it was seen', async () => {
    const lamp = await given.product({ stock: 5, price: 10 });
    const { client } = await given.admin();
    const path = `/products/${lamp.id}`;
    await client.patch(path, { price: 11 });

    const stale = await client.patch<ProblemBody>(path, { price: 12, stock_delta: 1 }, ifMatch('"1"'));
    const after = await client.get<ProductBody>(path);
    const fresh = await client.patch<ProductBody>(path, { price: 12 }, ifMatch('"2"'));

    expect(stale.body).toMatchObject({ status: 412, code: 'precondition-failed' });
    expect(after.body).toMatchObject({ price: 11, stock_quantity: 5 });
    expect(fresh.body).toMatchObject({ price: 12, stock_quantity: 5 });
  });

  it.each(READS)('answer a %s with 412 if If-Match names other versions', async (_what, pathOf) => {
    const { buyer, path } = await seen(pathOf);
    const tag = (await buyer.get(path)).headers.get('etag') ?? '';
    const read = async (method: string, headers: Record<string, string>) =>
      (await buyer.call(method, path, { headers })).status;

    for (const method of ['GET', 'HEAD']) {
      for (const stale of ['"999"', `W/${tag}`, '"998", "999"', tag.replaceAll('"', ''), '', `"999", *`])
        expect([stale, await read(method, { 'if-match': stale })]).toEqual([stale, 412]);
      for (const current of [tag, '*', ` "999" ,${tag}`])
        expect([current, await read(method, { 'if-match': current })]).toEqual([current, 200]);
      // RFC 9110, 13.2.2: If-Match comes first.
      expect(await read(method, { 'if-match': '"999"', 'if-none-match': tag })).toBe(412);
      expect(await read(method, { 'if-match': tag, 'if-none-match': `"999", W/${tag}` })).toBe(304);
      expect(await read(method, { 'if-match': tag, 'if-none-match': '"999"' })).toBe(200);
    }
  });

  it.each(WRITES)('do not %s what If-None-Match names in its current version', async (...write) => {
    const [, pathOf, body] = write;
    const { admin, order, path } = await seen(pathOf);
    const resource = path.startsWith('/orders') ? `/orders/${order.id}` : path;
    const before = await admin.get(resource);
    const tag = before.headers.get('etag') ?? '';

    for (const tags of ['*', tag, `W/${tag}`, `"999", ${tag}`]) {
      const refused = await admin.patch<ProblemBody>(path, body, ifNoneMatch(tags));
      expect(refused.body).toMatchObject({ status: 412, code: 'precondition-failed' });
    }
    const both = await admin.patch(path, body, { headers: { 'if-match': tag, 'if-none-match': tag } });
    const after = await admin.get(resource);
    const done = await admin.patch(path, body, { headers: { 'if-match': '*', 'if-none-match': '"999"' } });

    expect(both.status).toBe(412);
    expect(after.body).toEqual(before.body);
    expect(done.status).toBe(200);
    expect(done.headers.get('etag')).not.toBe(tag);
  });

  it('work for the files of the documentation, too', async () => {
    const read = (header: Record<string, string>) =>
      given.anyone.get<ProblemBody>('/docs/swagger-ui.css', { headers: header });
    // By itself, fetch would ask for a fresh copy.
    expect((await read({ 'if-none-match': '*', 'cache-control': 'max-age=0' })).status).toBe(304);
    expect((await read({ 'if-match': '"999"' })).body).toMatchObject({
      status: 412,
      code: 'precondition-failed',
    });
  });

  it('read a header that comes twice as one list', async () => {
    const { buyer, order } = await seen(ORDER);
    const twice = (name: string, first: string, second: string) =>
      `GET /orders/${order.id} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${buyer.token}\r\n` +
      `${name}: ${first}\r\n${name}: ${second}\r\nconnection: close\r\n\r\n`;
    const ask = async (...header: Parameters<typeof twice>) => {
      const connection = await Connection.open(given.service, twice(...header));
      await connection.closed;
      return connection.statuses;
    };

    expect(await ask('if-match', '"998"', '"1"')).toEqual([200]);
    expect(await ask('if-match', '"998"', '"999"')).toEqual([412]);
    expect(await ask('if-none-match', '"999"', 'W/"1"')).toEqual([304]);
  });

  it('ignore dates, because no resource has a Last-Modified', async () => {
    const { admin, path } = await seen(PRODUCT);
    const future = await admin.get(path, {
      headers: { 'if-modified-since': 'Fri, 01 Jan 2100 00:00:00 GMT' },
    });
    const past = { headers: { 'if-unmodified-since': 'Sat, 01 Jan 2000 00:00:00 GMT' } };

    expect([future.status, future.headers.has('last-modified')]).toEqual([200, false]);
    expect((await admin.patch(path, { price: 3 }, past)).status).toBe(200);
  });

  it.each([
    ['401 before 412', () => given.anyone, 'GET', '/orders/1', {}, 401],
    ['403 before 412', customer, 'PATCH', '/products/1', {}, 403],
    ['415 before 412', admin, 'PATCH', '/products/1', { body: 'x', headers: { 'content-type': 'a/b' } }, 415],
    [
      '400 before 412',
      admin,
      'PATCH',
      '/products/1',
      { body: '{', headers: { 'content-type': 'application/json' } },
      400,
    ],
    ['422 before 412', admin, 'PATCH', '/products/1', { json: { price: -1 } }, 422],
    ['404 before 412 on a read', admin, 'GET', '/products/2000000000', {}, 404],
    ['404 before 412 on a write', admin, 'PATCH', '/orders/2000000000/confirm', {}, 404],
    ['428 before 412', admin, 'PATCH', '/products/1', { json: { stock_quantity: 1 } }, 428],
  ] as const)(
    'are checked in the documented order: %s',
    async (_name, who, method, path, options, status) => {
      const headers = { ...('headers' in options ? options.headers : {}), 'if-none-match': '*' };
      const answer = await (await who()).call(method, path, { ...options, headers });
      expect(answer.status).toBe(status);
    },
  );

  it('are checked in the documented order: 412 before 409', async () => {
    const { admin, order } = await seen(ORDER);
    await admin.patch(`/orders/${order.id}/cancel`);
    const cancelAgain = (tags: string) => admin.patch(`/orders/${order.id}/cancel`, undefined, ifMatch(tags));

    expect((await cancelAgain('"1"')).status).toBe(412);
    expect((await cancelAgain('"2"')).status).toBe(409);
  });

  it('do not let If-Match: * set an absolute stock', async () => {
    const { admin, path } = await seen(PRODUCT);
    const answer = await admin.patch<ProblemBody>(path, { stock_quantity: 1 }, ifMatch('*'));
    expect(answer.body.code).toBe('precondition-required');
  });

  it.each(['if-match', 'if-none-match'])('accept an %s of up to 4,000 characters', async (name) => {
    const { admin, path } = await seen(PRODUCT);
    const tags = (length: number) => '"999",'.repeat(700).slice(0, length);
    const read = (length: number) => admin.get(path, { headers: { [name]: tags(length) } });

    expect((await read(4_000)).status).toBe(name === 'if-match' ? 412 : 200);
    expect((await read(4_001)).status).toBe(431);
  });
});

async function customer() {
  return (await given.customer()).client;
}

async function admin() {
  return (await given.admin()).client;
}

/** A new product with an order, its buyer, an admin, and one of the two paths. */
async function seen(pathOf: Path) {
  const [product, buyer] = [await given.product({ stock: 5 }), await given.customer()];
  const order = await given.order(buyer, { [product.id]: 1 });
  return { buyer: buyer.client, admin: await admin(), order, path: pathOf(product.id, order.id) };
}
