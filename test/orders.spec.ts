import { describe, expect, it } from '@jest/globals';
import type { ListBody, OrderBody, ProblemBody } from './support/api-types.js';
import { useWorld } from './support/world.js';

const given = useWorld();

// Guarantees that an order is stored with all of its stock taken, or not at all.
describe('placing an order', () => {
  it('merges lines with the same product into one', async () => {
    const lamp = await given.product({ stock: 5, price: 10 });
    const buyer = await given.customer();
    const line = { product_id: lamp.id, quantity: 2 };

    const placed = await buyer.client.post<OrderBody>('/orders', { items: [line, line] });
    const tooMany = await buyer.client.post<ProblemBody>('/orders', { items: [line, line] });

    expect(placed.body.items).toEqual([
      { product_id: lamp.id, product_name: 'Lamp', quantity: 4, price_at_purchase: 10 },
    ]);
    expect(placed.body.total_amount).toBe(40);
    expect(tooMany.body.lines).toEqual([{ product_id: lamp.id, requested: 4, available: 1 }]);
    expect(await given.database.stockOf(lamp)).toBe(1);
  });

  it('leaves nothing behind if one line is short, and lists every short line', async () => {
    const [lamp, desk, chair] = [
      await given.product({ stock: 5 }),
      await given.product({ stock: 1 }),
      await given.product({ stock: 0 }),
    ];
    const buyer = await given.customer();
    const before = await given.database.orderCount();

    const answer = await buyer.places({ [lamp.id]: 1, [desk.id]: 2, [chair.id]: 3 });

    expect(answer.status).toBe(409);
    expect(answer.body).toMatchObject({
      code: 'insufficient-stock',
      lines: [
        { product_id: desk.id, requested: 2, available: 1 },
        { product_id: chair.id, requested: 3, available: 0 },
      ],
    });
    expect(await given.database.stockOf(lamp)).toBe(5);
    expect(await given.database.orderCount()).toBe(before);
  });

  it('names all unknown products before any other fault', async () => {
    const lamp = await given.product({ stock: 1 });
    const buyer = await given.customer();

    const answer = await buyer.places({ [lamp.id]: 2, 999998: 1, 999999: 1 });

    expect(answer.status).toBe(404);
    expect(answer.body).toMatchObject({ code: 'product-not-found', product_ids: [999998, 999999] });
    expect(await given.database.stockOf(lamp)).toBe(1);
  });

  it('refuses products that are not for sale', async () => {
    const lamp = await given.product();
    const [buyer, admin] = [await given.customer(), await given.admin()];
    await admin.client.patch(`/products/${lamp.id}`, { is_active: false });

    const answer = await buyer.places({ [lamp.id]: 1 });

    expect(answer.status).toBe(409);
    expect(answer.body).toMatchObject({ code: 'product-inactive', product_ids: [lamp.id] });
    expect(await given.database.stockOf(lamp)).toBe(10);
  });

  it('freezes name and price in its lines, so later changes do not affect old orders', async () => {
    const lamp = await given.product({ name: 'Old lamp', price: 10.1 });
    const [buyer, admin] = [await given.customer(), await given.admin()];
    const order = await given.order(buyer, { [lamp.id]: 3 });

    await admin.client.patch(`/products/${lamp.id}`, { name: 'New lamp', price: 99 });

    const { body } = await buyer.client.get<OrderBody>(`/orders/${order.id}`);
    expect(body.items).toEqual([
      { product_id: lamp.id, product_name: 'Old lamp', quantity: 3, price_at_purchase: 10.1 },
    ]);
    expect(body.total_amount).toBe(30.3);
  });

  it('adds up cents exactly', async () => {
    const [cent, odd] = [
      await given.product({ price: 0.01, stock: 1000 }),
      await given.product({ price: 0.29, stock: 9 }),
    ];
    const buyer = await given.customer();

    const order = await given.order(buyer, { [cent.id]: 7, [odd.id]: 9 });

    expect(order.total_amount).toBe(2.68);
  });

  it('accepts a total of 999,999,999,999.99 and refuses a higher one', async () => {
    const gold = await given.product({ price: 99_999_999.99, stock: 1_000_000 });
    const [lamp, desk] = [await given.product({ price: 99.99 }), await given.product({ price: 100 })];
    const buyer = await given.customer();

    const refused = await buyer.places({ [gold.id]: 10_000, [desk.id]: 1 });
    const accepted = await buyer.places({ [gold.id]: 10_000, [lamp.id]: 1 });

    expect(refused.status).toBe(422);
    expect(refused.body.code).toBe('total-too-large');
    expect(accepted.body.total_amount).toBe(999_999_999_999.99);
  });

  it('adds up exactly even if a sum of doubles would be a cent off', async () => {
    const gold = await given.product({ price: 99_999_999.99, stock: 9_999 });
    const cents = await given.database.addProducts(999, 1);
    await given.database.rows('UPDATE products SET price_minor = 1 WHERE id = ANY ($1)', [cents]);
    const buyer = await given.customer();
    const quantities = { ...Object.fromEntries(cents.map((id) => [id, 1])), [gold.id]: 9_999 };

    const order = await given.order(buyer, quantities);

    expect(order.total_amount).toBe(999_899_999_910);
    expect((await buyer.client.get<OrderBody>(`/orders/${order.id}`)).body.total_amount).toBe(
      999_899_999_910,
    );
  });

  it('accepts 1,000 products in one order and refuses 1,001', async () => {
    const ids = await given.database.rows<{ id: number }>(
      `INSERT INTO products (name, price_minor, stock_quantity) SELECT 'bulk ' || n, 100, 0 FROM ` +
        'generate_series(1, 1001) n RETURNING id',
    );
    await given.database.rows(
      `WITH put_in AS (INSERT INTO stock_adjustments (product_id, quantity) SELECT id, 5 FROM products WHERE name LIKE 'bulk %')
       UPDATE products SET stock_quantity = 5 WHERE name LIKE 'bulk %'`,
    );
    const buyer = await given.customer();
    const items = ids.map(({ id }) => ({ product_id: id, quantity: 1 }));

    const refused = await buyer.client.post<ProblemBody>('/orders', { items });
    const accepted = await buyer.client.post<OrderBody>('/orders', { items: items.slice(1) });

    expect(refused.body).toMatchObject({ status: 422, errors: [{ pointer: '/items', code: 'too-many' }] });
    expect(accepted.status).toBe(201);
    expect(accepted.body.items).toHaveLength(1000);
    expect(accepted.body.total_amount).toBe(1000);
  });

  it('answers with the location and the version of the order', async () => {
    const lamp = await given.product();
    const buyer = await given.customer();

    const answer = await buyer.places({ [lamp.id]: 1 });
    const read = await buyer.client.get<OrderBody>(answer.headers.get('location') ?? '');
    const again = await buyer.client.get(`/orders/${answer.body.id}`, {
      headers: { 'if-none-match': answer.headers.get('etag') ?? '' },
    });

    expect(read.body).toEqual(answer.body);
    expect(again.status).toBe(304);
  });
});

// Guarantees that an order changes its status only as the table of transitions allows.
describe('confirming and cancelling', () => {
  it.each([
    { from: 'PENDING', action: 'confirm', status: 200, to: 'CONFIRMED' },
    { from: 'PENDING', action: 'cancel', status: 200, to: 'CANCELLED' },
    { from: 'CONFIRMED', action: 'confirm', status: 409, to: 'CONFIRMED' },
    { from: 'CONFIRMED', action: 'cancel', status: 200, to: 'CANCELLED' },
    { from: 'CANCELLED', action: 'confirm', status: 409, to: 'CANCELLED' },
    { from: 'CANCELLED', action: 'cancel', status: 409, to: 'CANCELLED' },
  ])(
    'answers $action of a $from order with $status and leaves it $to',
    async ({ from, action, status, to }) => {
      const lamp = await given.product({ stock: 10 });
      const [buyer, admin] = [await given.customer(), await given.admin()];
      const order = await given.order(buyer, { [lamp.id]: 4 });
      if (from === 'CONFIRMED') await admin.client.patch(`/orders/${order.id}/confirm`);
      if (from === 'CANCELLED') await admin.client.patch(`/orders/${order.id}/cancel`);

      const answer = await admin.client.patch<OrderBody & ProblemBody>(`/orders/${order.id}/${action}`);

      expect(answer.status).toBe(status);
      if (status === 409)
        expect(answer.body).toMatchObject({ code: 'invalid-transition', current_status: from });
      const after = await buyer.client.get<OrderBody>(`/orders/${order.id}`);
      expect(after.body.status).toBe(to);
      expect(await given.database.stockOf(lamp)).toBe(to === 'CANCELLED' ? 10 : 6);
    },
  );

  it('lets the owner cancel, and no other customer', async () => {
    const lamp = await given.product();
    const [owner, stranger] = await given.customers(2);
    const order = await given.order(owner, { [lamp.id]: 1 });

    const strangers = await stranger.client.patch<ProblemBody>(`/orders/${order.id}/cancel`);
    const owners = await owner.client.patch<OrderBody>(`/orders/${order.id}/cancel`);

    expect(strangers.status).toBe(404);
    expect(owners.body.status).toBe('CANCELLED');
  });

  it('refuses to change an order that has changed since it was seen', async () => {
    const lamp = await given.product();
    const [buyer, admin] = [await given.customer(), await given.admin()];
    const placed = await buyer.places({ [lamp.id]: 1 });
    const seen = { headers: { 'if-match': placed.headers.get('etag') ?? '' } };
    await admin.client.patch(`/orders/${placed.body.id}/confirm`);

    const answer = await buyer.client.patch(`/orders/${placed.body.id}/cancel`, undefined, seen);

    expect(answer.body).toMatchObject({ status: 412, code: 'precondition-failed' });
    expect(await given.database.stockOf(lamp)).toBe(9);
  });
});

// Guarantees that a customer sees only their own orders, and cannot tell whether another order exists.
describe('reading orders', () => {
  it('gives the same answer for another customer’s order as for a missing order', async () => {
    const lamp = await given.product();
    const [owner, stranger] = await given.customers(2);
    const order = await given.order(owner, { [lamp.id]: 1 });
    const normalised = (body: ProblemBody, id: number) => ({
      ...body,
      request_id: '',
      detail: body.detail.replace(`${id}`, 'N'),
    });

    const others = await stranger.client.get<ProblemBody>(`/orders/${order.id}`);
    const missing = await stranger.client.get<ProblemBody>('/orders/2000000000');

    expect(others.status).toBe(404);
    expect(normalised(others.body, order.id)).toEqual(normalised(missing.body, 2_000_000_000));
    expect([...others.headers.keys()].sort()).toEqual([...missing.headers.keys()].sort());
  });

  it('filters by status (case-insensitive), product, time and customer, newest first', async () => {
    const [lamp, desk] = [await given.product(), await given.product()];
    const [buyer, admin] = [await given.customer(), await given.admin()];
    const first = await given.order(buyer, { [lamp.id]: 1 });
    const second = await given.order(buyer, { [desk.id]: 1 });
    const third = await given.order(buyer, { [lamp.id]: 1, [desk.id]: 1 });
    await admin.client.patch(`/orders/${second.id}/confirm`);
    const ids = async (query: string) => {
      const answer = await buyer.client.get<ListBody<OrderBody>>(`/orders?${query}`);
      expect(answer.status).toBe(200);
      return answer.body.data.map(({ id }) => id);
    };

    expect(await ids('')).toEqual([third.id, second.id, first.id]);
    expect(await ids('status=confirmed')).toEqual([second.id]);
    expect(await ids(`product_id=${lamp.id}`)).toEqual([third.id, first.id]);
    expect(await ids(`product_id=${lamp.id}&status=Pending`)).toEqual([third.id, first.id]);
    expect(await ids(`created_from=${second.created_at}`)).toEqual([third.id, second.id]);
    expect(await ids(`created_to=${second.created_at}`)).toEqual([first.id]);
    expect(await ids(`customer_id=${buyer.id}`)).toEqual([third.id, second.id, first.id]);
    const adminsView = await admin.client.get<ListBody<OrderBody>>(`/orders?customer_id=${buyer.id}`);
    expect(adminsView.body.pagination.total).toBe(3);
  });

  it('refuses a customer who asks for somebody else’s orders', async () => {
    const [buyer, stranger] = await given.customers(2);

    const answer = await stranger.client.get(`/orders?customer_id=${buyer.id}`);

    expect(answer.body).toMatchObject({ status: 403, code: 'forbidden' });
  });
});
