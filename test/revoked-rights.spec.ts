import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ProblemBody, TokenBody } from './support/api-types.js';
import { type Answer, Client } from './support/client.js';
import { until } from './support/database.js';
import type { ServiceProcess } from './support/service-process.js';
import { sessionsIn } from './support/sessions.js';
import { PASSWORD, type Person, useWorld } from './support/world.js';

const given = useWorld();
const { signIn, count } = sessionsIn(given);
let second: ServiceProcess;
beforeAll(async () => void (second = await given.secondService()));
afterAll(() => second.stop());

/** The removed admin, called evil, and everything that they try to change. */
interface Scene {
  readonly evil: Person;
  readonly friend: Person;
  readonly productId: number;
  readonly orderId: number;
}

async function scene(): Promise<Scene> {
  const [evil, friend] = [await given.anotherAdmin(), await given.customer()];
  const lamp = await given.product();
  const order = await given.order(friend, { [lamp.id]: 1 });
  return { evil, friend, productId: lamp.id, orderId: order.id };
}

type Change = (client: Client, scene: Scene) => Promise<Answer<ProblemBody>>;

const newUser = (role: string) => ({ username: `u-${randomUUID()}`, password: PASSWORD, role });
const password = { current_password: PASSWORD, new_password: 'battery staple' };
const lamp = { name: 'Lamp', price: 1, stock_quantity: 1 };

/** Every change that requires an admin. */
const OF_ADMINS: readonly [string, Change][] = [
  ['make themselves an admin', (client, { evil }) => client.patch(`/users/${evil.id}`, { role: 'admin' })],
  ['make a friend an admin', (client, { friend }) => client.patch(`/users/${friend.id}`, { role: 'admin' })],
  ['register an admin', (client) => client.post('/register', newUser('admin'))],
  ['add a product', (client) => client.post('/products', lamp)],
  ['change a price', (client, { productId }) => client.patch(`/products/${productId}`, { price: 1 })],
  ['confirm an order', (client, { orderId }) => client.patch(`/orders/${orderId}/confirm`)],
  ["cancel somebody else's order", (client, { orderId }) => client.patch(`/orders/${orderId}/cancel`)],
];
const OF_ALL: readonly [string, Change][] = [
  ['change the password', (client) => client.post('/me/password', password)],
];

/** The state that none of these changes may touch. */
const untouched = ({ evil, friend, productId, orderId }: Scene) =>
  given.database.rows(
    `SELECT evil.password_hash, friend.role, name, price_minor, status,
       (SELECT count(*) FROM users) AS users, (SELECT count(*) FROM products) AS products
       FROM users evil, users friend, products, orders
      WHERE (evil.id, friend.id, products.id, orders.id) = ($1, $2, $3, $4)`,
    [evil.id, friend.id, productId, orderId],
  );

// Guarantees that rights revoked at the same moment cannot be used for a change.
describe('an admin who is being removed', () => {
  const races = (changes: readonly [string, Change][], to: string, status: number) =>
    changes.map(([what, change]) => ({ what, change, to, status }));

  it.each([
    ...races(OF_ADMINS, `role = 'customer'`, 403),
    ...races([...OF_ADMINS, ...OF_ALL], 'is_active = false', 401),
  ])('waits for the removal ($to) to commit, and then may not $what', async ({ change, to, status }) => {
    const set = await scene();
    const before = await untouched(set);
    const outside = await given.database.session();
    await outside.query('BEGIN');
    await outside.query(`UPDATE users SET ${to} WHERE id = $1`, [set.evil.id]);

    const attempt = change(set.evil.client, set);
    await until('they wait', async () => (await given.database.waitingForLocks()) === 1).finally(async () => {
      await outside.query('COMMIT');
      outside.release();
    });

    expect((await attempt).status).toBe(status);
    expect(await untouched(set)).toEqual(before);
  });

  it.each([...OF_ADMINS, ...OF_ALL])('may not %s once their session has ended', async (_, change) => {
    const set = await scene();
    await set.evil.client.get('/me');
    const before = await untouched(set);
    await given.database.rows('DELETE FROM sessions WHERE user_id = $1', [set.evil.id]);

    expect((await change(set.evil.client, set)).status).toBe(401);
    expect(await untouched(set)).toEqual(before);
  });
});

// Guarantees that a removed admin cannot undo the removal on any process, however fast they are.
describe('an admin who has just been removed', () => {
  const onBoth = ({ evil }: Scene) => [evil.client, given.clientOf(second, evil)];

  it.each([
    ['demoted', { role: 'customer' }, 403],
    ['deactivated', { is_active: false }, 401],
  ])(
    'stays %s, in each of 15 rounds on two processes',
    async (_, removal, status) => {
      const set = await scene();
      const { client } = await given.admin();
      const statuses: number[] = [];
      for (let round = 0; round < 15; round += 1) {
        const restored = { role: 'admin', is_active: true };
        expect((await client.patch(`/users/${set.evil.id}`, restored)).status).toBe(200);
        const evil = { ...set.evil, client: await given.signIn(set.evil.username, PASSWORD) };
        const [here, there] = onBoth({ ...set, evil }) as [Client, Client];
        // Both processes have cached the admin's rights.
        for (const one of [here, there]) expect((await one.get('/users')).status).toBe(200);

        expect((await client.patch(`/users/${evil.id}`, removal)).status).toBe(200);
        const attempts = [
          here.patch(`/users/${evil.id}`, { role: 'admin' }),
          there.patch(`/users/${evil.id}`, { role: 'admin' }),
          there.post('/register', newUser('admin')),
        ];
        statuses.push(...(await Promise.all(attempts)).map((answer) => answer.status));
      }

      expect(new Set(statuses)).toEqual(new Set([status]));
    },
    120_000,
  );

  it('has no rights at once on the process that removed them', async () => {
    const { evil } = await scene();
    const { client } = await given.admin();
    expect((await evil.client.get('/users')).status).toBe(200);

    expect((await client.patch(`/users/${evil.id}`, { role: 'customer' })).status).toBe(200);
    expect((await evil.client.get('/users')).status).toBe(403);
    expect((await client.patch(`/users/${evil.id}`, { is_active: false })).status).toBe(200);
    expect((await evil.client.get('/me')).status).toBe(401);
  });

  it.each([{ role: 'customer' }, { is_active: false }])(
    'does not come back by trying all the time: %j',
    async (removal) => {
      const set = await scene();
      const { client } = await given.admin();
      const attempts = onBoth(set).map((evil) => tryUntilRemoved(evil, set));

      const removed = await client.patch(`/users/${set.evil.id}`, removal);
      const admins = await countAdmins();
      await Promise.all(attempts);

      expect(removed.status).toBe(200);
      expect((await client.get(`/users/${set.evil.id}`)).body).toMatchObject(removal);
      expect(await countAdmins()).toBe(admins);
    },
  );

  const countAdmins = () =>
    given.database.value<number>(`SELECT count(*)::integer FROM users WHERE role = 'admin' AND is_active`);

  async function tryUntilRemoved(client: Client, { evil, productId }: Scene): Promise<void> {
    let isRemoved = false;
    while (!isRemoved) {
      await Promise.all([
        client.patch(`/users/${evil.id}`, { role: 'admin', is_active: true }),
        client.patch(`/products/${productId}`, { price: 2 }),
        client.post('/register', newUser('admin')),
      ]);
      isRemoved = [401, 403].includes((await client.get('/users')).status);
    }
  }
});

// Guarantees that nobody stays signed in by refreshing while their sessions are being ended.
describe('a session that is refreshed constantly', () => {
  it.each([
    [
      'its user is deactivated',
      0,
      async ({ id }: Person) => {
        const { client } = await given.admin();
        return client.patch(`/users/${id}`, { is_active: false });
      },
    ],
    ['its user changes the password', 1, ({ client }: Person) => client.post('/me/password', password)],
  ])('ends when %s', async (_, left, endSessions) => {
    const person = await given.customer();
    const services = [given.anyone, new Client(() => second.url)];
    const tokens = await Promise.all(services.map(() => signIn(person)));
    const loops = services.map((service, n) => refreshUntilRefused(service, tokens[n] as TokenBody));

    expect((await endSessions(person)).status).toBeLessThan(300);
    await Promise.all(loops);

    expect(await count(person)).toBe(left);
  });

  async function refreshUntilRefused(service: Client, { refresh_token }: TokenBody): Promise<void> {
    const answer = await service.post<TokenBody>('/refresh', { refresh_token });
    if (answer.status === 200) await refreshUntilRefused(service, answer.body);
  }
});
