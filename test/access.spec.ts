import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import { type Person, useWorld } from './support/world.js';

const given = useWorld();

const CALLERS = ['nobody', 'customer', 'stranger', 'admin'] as const;
type Caller = (typeof CALLERS)[number];

/** What a real call of a route needs: a customer with a new order, and a product. */
interface Scene {
  readonly orderId: number;
  readonly productId: number;
  readonly customerId: number;
}

interface Route {
  readonly path?: (scene: Scene) => string;
  readonly json?: (scene: Scene) => unknown;
  /** The expected status for each caller, in the order of `CALLERS`. */
  readonly answers: readonly [number, number, number, number];
}

const newUser = () => ({ username: randomUUID(), password: '1234' });
const order = ({ orderId }: Scene) => `/orders/${orderId}`;
const product = ({ productId }: Scene) => `/products/${productId}`;

/** Routes whose 401 is about credentials in the body. */
const CREDENTIALS = new Set(['POST /login', 'POST /refresh', 'POST /logout']);

/** Who may do what, for every route of the API description. A route without an entry fails. */
const MATRIX: Record<string, Route> = {
  'POST /register': { json: newUser, answers: [201, 201, 201, 201] },
  'POST /login': { json: () => ({ username: 'nobody', password: '1234' }), answers: [401, 401, 401, 401] },
  'POST /refresh': { json: () => ({ refresh_token: 'none' }), answers: [401, 401, 401, 401] },
  'POST /logout': { json: () => ({ refresh_token: 'none' }), answers: [401, 401, 401, 401] },
  'GET /me': { answers: [401, 200, 200, 200] },
  'POST /me/password': {
    json: () => ({ current_password: 'not mine', new_password: 'correct horse' }),
    answers: [401, 422, 422, 422],
  },
  'GET /users': { answers: [401, 403, 403, 200] },
  'GET /users/{id}': { path: ({ customerId }) => `/users/${customerId}`, answers: [401, 403, 403, 200] },
  'PATCH /users/{id}': {
    path: ({ customerId }) => `/users/${customerId}`,
    json: () => ({ is_active: true }),
    answers: [401, 403, 403, 200],
  },
  'POST /products': {
    json: () => ({ name: 'X', price: 1, stock_quantity: 1 }),
    answers: [401, 403, 403, 201],
  },
  'GET /products': { answers: [200, 200, 200, 200] },
  'GET /products/{id}': { path: product, answers: [200, 200, 200, 200] },
  'PATCH /products/{id}': { path: product, json: () => ({ price: 2 }), answers: [401, 403, 403, 200] },
  'GET /products/{id}/stock-movements': {
    path: (scene) => `${product(scene)}/stock-movements`,
    answers: [401, 403, 403, 200],
  },
  'POST /orders': {
    json: ({ productId }) => ({ items: [{ product_id: productId, quantity: 1 }] }),
    answers: [401, 201, 201, 201],
  },
  'GET /orders': { answers: [401, 200, 200, 200] },
  'GET /orders/{id}': { path: order, answers: [401, 200, 404, 200] },
  'PATCH /orders/{id}/confirm': { path: (scene) => `${order(scene)}/confirm`, answers: [401, 403, 403, 200] },
  'PATCH /orders/{id}/cancel': { path: (scene) => `${order(scene)}/cancel`, answers: [401, 200, 404, 200] },
  'GET /orders/{id}/history': { path: (scene) => `${order(scene)}/history`, answers: [401, 200, 404, 200] },
  'GET /events': { answers: [401, 403, 403, 200] },
  'GET /events/stream': { answers: [401, 403, 403, 200] },
  // WEBHOOKS is off, so nothing is sent; only admins learn that (409).
  'POST /webhooks': { json: () => ({ url: 'https://shop.example' }), answers: [401, 403, 403, 409] },
  'GET /webhooks': { answers: [401, 403, 403, 200] },
  'GET /webhooks/{id}': { path: () => '/webhooks/1', answers: [401, 403, 403, 404] },
  'PATCH /webhooks/{id}': { path: () => '/webhooks/1', json: () => ({}), answers: [401, 403, 403, 409] },
  'DELETE /webhooks/{id}': { path: () => '/webhooks/1', answers: [401, 403, 403, 404] },
  'POST /webhooks/{id}/rotate-secret': {
    path: () => '/webhooks/1/rotate-secret',
    answers: [401, 403, 403, 409],
  },
  'POST /webhooks/{id}/replay': {
    path: () => '/webhooks/1/replay',
    json: () => ({ after: 0 }),
    answers: [401, 403, 403, 409],
  },
  'GET /audit/stock': { answers: [401, 403, 403, 200] },
  'GET /health/live': { answers: [200, 200, 200, 200] },
  'GET /health/ready': { answers: [200, 200, 200, 200] },
};

// Guarantees that every route requires exactly the right role, and that no route is forgotten.
describe('the access matrix', () => {
  let customer: Person;
  let clients: Record<Caller, Person['client']>;

  beforeAll(async () => {
    const [owner, stranger] = await given.customers(2);
    const admin = await given.admin();
    customer = owner;
    clients = {
      nobody: given.anyone,
      customer: owner.client,
      stranger: stranger.client,
      admin: admin.client,
    };
  });

  it('has an entry for every route of the API description and for no other route', async () => {
    const { body } = await given.anyone.get<OpenAPIObject>('/openapi.json');
    const routes = Object.entries(body.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );

    expect(routes.sort()).toEqual(Object.keys(MATRIX).sort());
  });

  const cases = Object.entries(MATRIX).flatMap(([name, route]) =>
    CALLERS.map((caller, index) => ({ name, caller, route, status: route.answers[index] as number })),
  );

  it.each(cases)('answers $name as $caller with $status', async ({ name, caller, route, status }) => {
    const lamp = await given.product({ stock: 5 });
    const placed = await given.order(customer, { [lamp.id]: 1 });
    const scene = { orderId: placed.id, productId: lamp.id, customerId: customer.id };
    const [method, path] = name.split(' ') as [string, string];

    const answer = await clients[caller].call(method, route.path?.(scene) ?? path, {
      ...(route.json ? { json: route.json(scene) } : {}),
    });

    expect(answer.status).toBe(status);
    if (status >= 400 && !CREDENTIALS.has(name)) {
      const { body } = await customer.client.get<{ status: string }>(`/orders/${placed.id}`);
      expect(body.status).toBe('PENDING');
    }
  });
});
