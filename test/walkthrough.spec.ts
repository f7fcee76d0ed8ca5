import { describe, expect, it } from '@jest/globals';
import type {
  ListBody,
  OrderBody,
  ProblemBody,
  ProductBody,
  TokenBody,
  UserBody,
} from './support/api-types.js';
import type { Client } from './support/client.js';
import { useWorld } from './support/world.js';

const given = useWorld();

// Guarantees that the walkthrough works word for word on an empty database without configuration.
describe('the walkthrough', () => {
  const { anyone } = given;
  let admin: Client;
  let customer: Client;
  const laptopStock = async () => (await anyone.get<ProductBody>('/products/1')).body.stock_quantity;

  it('W1 registers the first admin and never shows the password', async () => {
    const answer = await anyone.post<UserBody>('/register', {
      username: 'admin1',
      password: '1234',
      role: 'admin',
    });

    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({ id: 1, username: 'admin1', role: 'admin', created_at: expect.any(String) });
  });

  it('W2 registers a customer', async () => {
    const user = { username: 'customer1', password: '1234', role: 'customer' };
    const answer = await anyone.post<UserBody>('/register', user);

    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ id: 2, username: 'customer1', role: 'customer' });
  });

  it('W3 signs in by form data and returns a bare token object', async () => {
    const body = new URLSearchParams({ username: 'admin1', password: '1234' });
    const answer = await anyone.call<TokenBody>('POST', '/login', { body });

    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ token_type: 'bearer', expires_in: 3600 });
    admin = anyone.as(answer.body.access_token);
  });

  it.each([['Bearer'], ['Bearer Bearer'], ['bearer']])(
    'W4 takes the token as "%s <token>"',
    async (prefix) => {
      const answer = await anyone.get<UserBody>('/me', {
        headers: { authorization: `${prefix} ${admin.token}` },
      });

      expect(answer.status).toBe(200);
      expect(answer.body.username).toBe('admin1');
    },
  );

  it('W5 adds a laptop and a mouse', async () => {
    const laptop = await admin.post<ProductBody>('/products', {
      name: 'Laptop',
      price: 50000,
      stock_quantity: 5,
    });
    const mouse = await admin.post<ProductBody>('/products', {
      name: 'Mouse',
      price: 500,
      stock_quantity: 10,
    });

    expect([laptop.status, mouse.status]).toEqual([201, 201]);
    expect(laptop.body).toMatchObject({ id: 1, price: 50000, stock_quantity: 5, is_active: true });
    expect(mouse.body).toMatchObject({ id: 2, price: 500 });
    expect(laptop.headers.get('location')).toBe('/products/1');
  });

  it('W6 lists both products', async () => {
    const answer = await anyone.get<ListBody<ProductBody>>('/products?page=1&limit=10');

    expect(answer.status).toBe(200);
    expect(answer.body.data.map(({ name }) => name)).toEqual(['Laptop', 'Mouse']);
    expect(answer.body.pagination).toMatchObject({ page: 1, limit: 10, total: 2, pages: 1 });
  });

  it('W7 takes two laptops from the stock for an order', async () => {
    customer = await given.signIn('customer1', '1234');
    const answer = await customer.post<OrderBody>('/orders', { items: [{ product_id: 1, quantity: 2 }] });

    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ id: 1, customer_id: 2, status: 'PENDING', total_amount: 100000 });
    expect(await laptopStock()).toBe(3);
  });

  it.each(['/orders', '/orders?status=PENDING', '/orders?page=1&limit=10'])(
    'W8 shows the order in %s',
    async (path) => {
      const own = await customer.get<ListBody<OrderBody>>(path);
      const all = await admin.get<ListBody<OrderBody>>(path);

      expect(own.body.data.map(({ id }) => id)).toEqual([1]);
      expect(all.body.data).toEqual(own.body.data);
    },
  );

  it('W9 lets only the admin confirm', async () => {
    expect((await customer.patch('/orders/1/confirm')).status).toBe(403);
    const answer = await admin.patch<OrderBody>('/orders/1/confirm');

    expect(answer.status).toBe(200);
    expect(answer.body.status).toBe('CONFIRMED');
  });

  it('W10 gives the stock back once when the order is cancelled', async () => {
    const first = await customer.patch<OrderBody>('/orders/1/cancel');
    const second = await customer.patch<ProblemBody>('/orders/1/cancel');

    expect(first.body.status).toBe('CANCELLED');
    expect(second.body).toMatchObject({
      status: 409,
      code: 'invalid-transition',
      current_status: 'CANCELLED',
    });
    expect(await laptopStock()).toBe(5);
  });

  it('W11 sells the last unit to exactly one of two simultaneous buyers', async () => {
    const lamp = await admin.post<ProductBody>('/products', { name: 'Lamp', price: 10, stock_quantity: 1 });
    const order = { items: [{ product_id: lamp.body.id, quantity: 1 }] };
    const answers = await Promise.all([customer.post('/orders', order), admin.post('/orders', order)]);

    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(await given.database.stockOf(lamp.body)).toBe(0);
  });
});
