import { describe, expect, it } from '@jest/globals';
import type { ListBody, MovementBody, OrderBody, ProblemBody, ProductBody } from './support/api-types.js';
import { eventsAfter, lastEvent } from './support/events.js';
import { refusedWith, succeeded, useWorld } from './support/world.js';

const given = useWorld();
let made = 0;
const newSku = () => `LAMP-${(made += 1)}`;

const lamp = (sku?: string | null) => ({ name: 'Lamp', price: 10, stock_quantity: 3, sku });
const idsOf = ({ body }: { body: ListBody<{ id: number }> }) => body.data.map(({ id }) => id);

// Guarantees that sellers can find products by their own names for them.
describe('the sku of a product', () => {
  it('can be stored, changed and cleared, and is null if there is none', async () => {
    const { client } = await given.admin();
    const [first, second] = [newSku(), newSku()];
    const created = await client.post<ProductBody>('/products', lamp(first));
    const path = `/products/${created.body.id}`;

    const changed = await client.patch<ProductBody>(path, { sku: ` ${second} ` });
    const untouched = await client.patch<ProductBody>(path, { price: 11 });
    const cleared = await client.patch<ProductBody>(path, { sku: null });
    const without = await client.post<ProductBody>('/products', lamp());

    const skus = [created, changed, untouched, cleared, without].map(({ body }) => body.sku);
    expect(skus).toEqual([first, second, second, null, null]);
    expect((await given.anyone.get<ProductBody>(path)).body.sku).toBeNull();
  });

  it('is given to exactly one of 20 products that are created with it at the same time', async () => {
    const [{ client }, sku] = [await given.admin(), newSku()];

    const answers = await Promise.all(
      Array.from({ length: 20 }, () => client.post<ProductBody & ProblemBody>('/products', lamp(sku))),
    );
    const found = await given.anyone.get<ListBody<ProductBody>>(`/products?sku=${sku}`);

    expect(answers.filter(succeeded)).toHaveLength(1);
    expect(answers.filter(refusedWith('sku-taken'))).toHaveLength(19);
    expect(found.body.data).toEqual([answers.find(succeeded)?.body]);
  });

  it('of another product is refused with 409, together with the whole change', async () => {
    const { client } = await given.admin();
    const [taken, own] = [newSku(), newSku()];
    await client.post('/products', lamp(taken));
    const { body: product } = await client.post<ProductBody>('/products', lamp(own));

    const change = { sku: taken, price: 99, stock_delta: 5 };
    const answer = await client.patch<ProblemBody>(`/products/${product.id}`, change);

    expect([answer.status, answer.body.code]).toEqual([409, 'sku-taken']);
    expect((await given.anyone.get<ProductBody>(`/products/${product.id}`)).body).toEqual(product);
  });

  it('is case-sensitive', async () => {
    const [{ client }, sku] = [await given.admin(), newSku()];
    const upper = await client.post<ProductBody>('/products', lamp(sku));
    const lower = await client.post<ProductBody>('/products', lamp(sku.toLowerCase()));
    const found = await given.anyone.get<ListBody<ProductBody>>(`/products?sku=${sku.toLowerCase()}`);

    expect([upper.status, lower.status]).toEqual([201, 201]);
    expect(idsOf(found)).toEqual([lower.body.id]);
  });

  it.each(['', ' ', 'x'.repeat(65), 'a\nb', 7])('is refused as %j', async (sku) => {
    const { client } = await given.admin();
    const answer = await client.post<ProblemBody>('/products', { ...lamp(), sku });

    expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([422, '/sku']);
  });
});

describe('GET /products?ids=', () => {
  it('lists the given products that exist and are active, each once, ordered by id', async () => {
    const [one, two, three] = [await given.product(), await given.product(), await given.product()];
    await (await given.admin()).client.patch(`/products/${two.id}`, { is_active: false });
    const ids = [three.id, one.id, two.id, one.id, 2_000_000_000].join(',');

    const page = await given.anyone.get<ListBody<ProductBody>>(`/products?ids=${ids}`);
    const all = await (
      await given.admin()
    ).client.get<ListBody<ProductBody>>(`/products?include_inactive=true&ids=${ids}`);

    expect(idsOf(page)).toEqual([one.id, three.id]);
    expect(page.body.pagination).toMatchObject({ total: 2, total_is_exact: true });
    expect(idsOf(all)).toEqual([one.id, two.id, three.id]);
  });

  it('has pages and cursors like any list', async () => {
    const ids = [await given.product(), await given.product(), await given.product()].map(({ id }) => id);
    const path = `/products?ids=${ids.join(',')}&limit=2`;
    const first = await given.anyone.get<ListBody<ProductBody>>(path);
    const next = await given.anyone.get<ListBody<ProductBody>>(
      `${path}&cursor=${first.body.pagination.next_cursor}`,
    );

    expect([...idsOf(first), ...idsOf(next)]).toEqual(ids);
    expect(next.body.pagination.next_cursor).toBeNull();
  });

  it('accepts 100 of the largest ids', async () => {
    const ids = Array.from({ length: 100 }, (_, n) => Number.MAX_SAFE_INTEGER - n).join(',');
    const page = await given.anyone.get<ListBody<ProductBody>>(`/products?ids=${ids}`);
    expect([page.status, page.body.data]).toEqual([200, []]);
  });

  it.each([
    '',
    '0',
    '1,',
    ',1',
    '1,,2',
    '1, 2',
    '01',
    '-1',
    '1.5',
    'x',
    '9007199254740992',
    '1,'.repeat(100) + '1',
  ])('is refused as %j', async (ids) => {
    const answer = await given.anyone.get<ProblemBody>(`/products?ids=${encodeURIComponent(ids)}`);
    expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([422, '/ids']);
  });
});

// Guarantees that buyers can find an order by their own reference.
describe('the reference of an order', () => {
  it('is returned, never changes, and appears in the events of the order', async () => {
    const [{ client: admin }, buyer, { id }] = [
      await given.admin(),
      await given.customer(),
      await given.product(),
    ];
    const start = await lastEvent(admin);
    const body = { items: [{ product_id: id, quantity: 1 }], reference: ' PO "7" ' };
    const placed = await buyer.client.post<OrderBody>('/orders', body);
    const path = `/orders/${placed.body.id}`;
    const read = await buyer.client.get<OrderBody>(path);
    const confirmed = await admin.patch<OrderBody>(`${path}/confirm`);
    const cancelled = await buyer.client.patch<OrderBody>(`${path}/cancel`);
    const events = await eventsAfter(admin, start);
    const without = await given.order(buyer, { [id]: 1 });

    const answers = [placed, read, confirmed, cancelled];
    expect(answers.map((answer) => answer.body.reference)).toEqual(answers.map(() => 'PO "7"'));
    expect(events.map(({ data }) => data)).toEqual([placed.body, confirmed.body, cancelled.body]);
    expect(without.reference).toBeNull();
  });

  it('finds the orders with exactly this reference: a customer’s own, or all for an admin', async () => {
    const [admin, one, other] = [await given.admin(), await given.customer(), await given.customer()];
    const { id } = await given.product({ stock: 10 });
    const reference = `PO-${id}`;
    const place = async ({ client }: typeof one, own?: string) =>
      (await client.post<OrderBody>('/orders', { items: [{ product_id: id, quantity: 1 }], reference: own }))
        .body.id;
    const ids = [await place(one, reference), await place(one, reference), await place(other, reference)];
    await place(one, `${reference}0`);
    await place(one);
    await one.client.patch(`/orders/${ids[0]}/cancel`);

    const list = ({ client }: typeof one, more = '') =>
      client.get<ListBody<OrderBody>>(`/orders?reference=${reference}${more}`).then(idsOf);
    expect(await list(one)).toEqual([ids[1], ids[0]]);
    expect(await list(other)).toEqual([ids[2]]);
    expect(await list(admin)).toEqual([ids[2], ids[1], ids[0]]);
    expect(await list(admin, `&customer_id=${one.id}`)).toEqual([ids[1], ids[0]]);
    expect(await list(admin, '&status=cancelled')).toEqual([ids[0]]);
    expect(await list(admin, `&product_id=${id}&status=pending`)).toEqual([ids[2], ids[1]]);
    expect(await list(admin, '&limit=1&page=2')).toEqual([ids[1]]);
  });

  it('belongs to the request that an Idempotency-Key stands for', async () => {
    const [{ client }, { id }] = [await given.customer(), await given.product()];
    const send = (reference?: string) =>
      client.post<OrderBody & ProblemBody>(
        '/orders',
        { items: [{ product_id: id, quantity: 1 }], reference },
        { headers: { 'idempotency-key': `reference-${id}` } },
      );

    const placed = await send('A');
    const again = await send('A');
    const others = [await send('B'), await send()];

    expect(again.body).toEqual(placed.body);
    expect(others.map(({ status, body }) => [status, body.code])).toEqual(
      others.map(() => [422, 'idempotency-key-reused']),
    );
  });

  it.each(['', ' ', 'x'.repeat(65), 'a\tb', null, 7])('is refused as %j', async (reference) => {
    const [{ client }, { id }] = [await given.customer(), await given.product()];
    const body = { items: [{ product_id: id, quantity: 1 }], reference };
    const answer = await client.post<ProblemBody>('/orders', body);

    expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([422, '/reference']);
    expect(await given.database.stockOf({ id })).toBe(10);
  });
});

// Guarantees that the stock history can say why stock was changed.
describe('the reference and reason of a change of stock', () => {
  it('appear in the stock movements, along with the references of orders', async () => {
    const [{ client: admin }, buyer, { id }] = [
      await given.admin(),
      await given.customer(),
      await given.product({ stock: 5 }),
    ];
    await admin.patch(`/products/${id}`, { stock_delta: 5, reference: 'DN-77', reason: ' Delivery. ' });
    const counted = await admin.get(`/products/${id}`);
    const etag = { headers: { 'if-match': counted.headers.get('etag') as string } };
    await admin.patch(`/products/${id}`, { stock_quantity: 9, reason: 'Counted.' }, etag);
    const body = { items: [{ product_id: id, quantity: 2 }], reference: 'PO-1' };
    const order = await buyer.client.post<OrderBody>('/orders', body);
    await buyer.client.patch(`/orders/${order.body.id}/cancel`, { reason: 'Too late.' });

    const { body: page } = await admin.get<ListBody<MovementBody>>(`/products/${id}/stock-movements`);

    expect(
      page.data.map(({ kind, quantity, reference, reason }) => [kind, quantity, reference, reason]),
    ).toEqual([
      ['RETURNED', 2, 'PO-1', 'Too late.'],
      ['SOLD', -2, 'PO-1', null],
      ['CORRECTED', -1, null, 'Counted.'],
      ['CORRECTED', 5, 'DN-77', 'Delivery.'],
      ['PUT_IN', 5, null, null],
    ]);
  });

  it.each([{ reason: 'x' }, { reference: 'x', price: 1 }])(
    'are refused without a change of stock, which they could not explain: %j',
    async (change) => {
      const { client } = await given.admin();
      const product = await given.product();
      const answer = await client.patch<ProblemBody>(`/products/${product.id}`, change);

      expect([answer.status, answer.body.errors?.[0]?.code]).toEqual([422, 'no-stock-change']);
      expect((await given.anyone.get<ProductBody>(`/products/${product.id}`)).body).toEqual(product);
    },
  );
});
