import { connect, createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADVISORY_LOCKS } from '../src/database/advisory-locks.js';
import type { AccountBody, ListBody, ProblemBody, UserBody } from './support/api-types.js';
import type { Client } from './support/client.js';
import { until } from './support/database.js';
import { throughPooler } from './support/pooler.js';
import { ServiceProcess } from './support/service-process.js';
import { type Person, refusedWith, succeeded, useWorld, withWorld } from './support/world.js';

const given = useWorld();

/** A revoked right may be usable for at most this long, on any process. */
const REVOKED_WITHIN_MS = 2_000;

/** Asks until it gets the status; returns when the last accepted request began, in ms from now. */
async function lastLetIn(client: Client, path: string, status: number): Promise<number> {
  const since = Date.now();
  let last = 0;
  await until(`${path} is ${status}`, async () => {
    const begun = Date.now() - since;
    const answer = await client.get(path);
    if (answer.status !== status) last = begun;
    return answer.status === status;
  });
  return last;
}

// Guarantees that every process follows the rights in the database, with little delay.
describe('revoking rights', () => {
  let second: ServiceProcess;
  beforeAll(async () => void (second = await given.secondService()));
  afterAll(() => second.stop());

  const bySql = (sql: string) => async (person: Person) => {
    await given.database.rows(sql, [person.id]);
  };
  const byAdmin = (change: object) => async (person: Person) => {
    const { client } = await given.admin();
    expect((await client.patch(`/users/${person.id}`, change)).status).toBe(200);
  };

  it.each([
    ['demoted by an admin', byAdmin({ role: 'customer' }), '/audit/stock', 403],
    ['deactivated by an admin', byAdmin({ is_active: false }), '/me', 401],
    [
      'demoted in the database',
      bySql(`UPDATE users SET role = 'customer' WHERE id = $1`),
      '/audit/stock',
      403,
    ],
    ['deactivated in the database', bySql('UPDATE users SET is_active = false WHERE id = $1'), '/me', 401],
    ['deleted from the database', bySql('DELETE FROM users WHERE id = $1'), '/me', 401],
  ] as const)(
    'takes effect within 2 s on two processes for a user who is %s',
    async (_, takeAway, path, status) => {
      const person = await given.anotherAdmin();
      const clients = [person.client, given.clientOf(second, person)];
      for (const client of clients) expect((await client.get(path)).status).toBe(200);

      await takeAway(person);
      const letIn = await Promise.all(clients.map((client) => lastLetIn(client, path, status)));

      expect(letIn.filter((ms) => ms > REVOKED_WITHIN_MS)).toEqual([]);
    },
  );

  it('costs at most one lookup a second, however many requests come', async () => {
    const counter = await countQueries(throughPooler(given.database.url), /FROM users u JOIN sessions s/g);
    const service = await ServiceProcess.start({ DATABASE_URL: counter.url });
    const client = given.clientOf(service, await given.customer());
    const since = Date.now();

    for (let round = 0; round < 20; round += 1) {
      await Promise.all(Array.from({ length: 20 }, () => client.get('/me')));
    }

    const seconds = Math.floor((Date.now() - since) / 1000);
    await service.stop();
    counter.stop();

    expect(counter.count()).toBeGreaterThanOrEqual(1);
    expect(counter.count()).toBeLessThanOrEqual(seconds + 1);
  });
});

// Guarantees that admins can see and change users, and that one admin always remains.
describe('PATCH /users/{id}', () => {
  it('changes role and activity, and returns the user', async () => {
    const [{ client }, person] = [await given.admin(), await given.customer()];

    const promoted = await client.patch<AccountBody>(`/users/${person.id}`, { role: 'admin' });
    const deactivated = await client.patch<AccountBody>(`/users/${person.id}`, { is_active: false });
    const restored = await client.patch<AccountBody>(`/users/${person.id}`, {
      role: 'customer',
      is_active: true,
    });
    const unchanged = await client.patch<AccountBody>(`/users/${person.id}`, {});

    const { id, username, created_at } = person;
    expect(promoted.body).toEqual({ id, username, created_at, role: 'admin', is_active: true });
    expect(deactivated.body).toMatchObject({ role: 'admin', is_active: false });
    expect(restored.body).toMatchObject({ role: 'customer', is_active: true });
    expect(unchanged.body).toEqual(restored.body);
    expect(restored.headers.get('cache-control')).toBe('no-store');
  });

  it.each([
    ['an unknown role', { role: 'root' }, '/role'],
    ['no role but null', { role: null }, '/role'],
    ['a word for activity', { is_active: 'false' }, '/is_active'],
    ['a name', { username: 'mallory' }, '/username'],
    ['a password', { password: 'correct horse' }, '/password'],
  ])('refuses %s and changes nothing', async (_, change, pointer) => {
    const [{ client }, person] = [await given.admin(), await given.customer()];

    const answer = await client.patch<ProblemBody>(`/users/${person.id}`, change);

    expect(answer.status).toBe(422);
    expect(answer.body.errors).toEqual([expect.objectContaining({ pointer })]);
    expect((await person.client.get<UserBody>('/me')).body.role).toBe('customer');
  });

  it.each([{ role: 'customer' }, { is_active: false }])(
    'refuses to remove the last admin: %j',
    async (change) => {
      const { client, id } = await given.admin();
      await given.database.rows('UPDATE users SET is_active = false WHERE role = $1 AND id <> $2', [
        'admin',
        id,
      ]);

      const answer = await client.patch<ProblemBody>(`/users/${id}`, change);

      expect(answer.body).toMatchObject({ status: 409, code: 'last-admin' });
      expect((await client.get('/audit/stock')).status).toBe(200);
    },
  );

  it.each([
    ['demote each other', ([one, two]: Person[]) => [two, one], 'forbidden'],
    ['step down', ([one, two]: Person[]) => [one, two], 'last-admin'],
  ] as const)('leaves one of two admins who %s at the same moment', async (_, targetsOf, refusal) => {
    await withWorld({}, async (world) => {
      const admins = [await world.admin(), await world.anotherAdmin()];
      const targets = targetsOf(admins);
      const outside = await world.database.session();
      await outside.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCKS.lastAdmin]);
      const demotions = admins.map(({ client }, n) =>
        client.patch<ProblemBody>(`/users/${targets[n]?.id}`, { role: 'customer' }),
      );
      await until('both wait', async () => (await world.database.waitingForLocks()) === 2);
      await outside.query('SELECT pg_advisory_unlock($1)', [ADVISORY_LOCKS.lastAdmin]);
      outside.release();

      const answers = await Promise.all(demotions);

      expect(answers.filter(succeeded)).toHaveLength(1);
      expect(answers.filter(refusedWith(refusal))).toHaveLength(1);
      expect(
        await world.database.value(`SELECT count(*)::integer FROM users WHERE role = 'admin' AND is_active`),
      ).toBe(1);
    });
  });
});

describe('GET /users/{id}', () => {
  it('shows an admin any user, even a deactivated one, and answers 404 for a missing one', async () => {
    const { client } = await given.admin();
    const person = await given.customer();
    const changed = await client.patch<AccountBody>(`/users/${person.id}`, { is_active: false });

    const found = await client.get<AccountBody>(`/users/${person.id}`);
    const nobody = await client.get<ProblemBody>('/users/9007199254740991');

    expect(found.body).toEqual(changed.body);
    expect(found.body).toMatchObject({ id: person.id, username: person.username, is_active: false });
    expect([nobody.status, nobody.body.code]).toEqual([404, 'user-not-found']);
  });
});

describe('GET /users', () => {
  it('lists all users by id in pages, without anything about their passwords', async () => {
    const { client } = await given.admin();
    await given.customers(2);
    const ids = (await given.database.rows<{ id: number }>('SELECT id FROM users ORDER BY id')).map(
      ({ id }) => id,
    );

    const first = await client.get<ListBody<AccountBody>>('/users?limit=2');
    const rest = await client.get<ListBody<AccountBody>>(
      `/users?limit=100&cursor=${first.body.pagination.next_cursor}`,
    );

    expect([...first.body.data, ...rest.body.data].map(({ id }) => id)).toEqual(ids);
    expect(first.body.pagination).toMatchObject({
      page: 1,
      limit: 2,
      total: ids.length,
      total_is_exact: true,
    });
    expect(first.headers.get('link')).toContain('rel="next"');
    expect(first.headers.get('cache-control')).toBe('no-store');
    for (const user of first.body.data) {
      expect(Object.keys(user).sort()).toEqual(['created_at', 'id', 'is_active', 'role', 'username']);
    }
    expect(first.text).not.toMatch(/argon2|hash/);
  });
});

/** A proxy in front of PostgreSQL that counts the queries that match. */
async function countQueries(databaseUrl: string, pattern: RegExp) {
  const target = new URL(databaseUrl);
  let count = 0;
  const proxy = createServer((client) => {
    const server = connect(Number(target.port), target.hostname);
    const end = () => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.on('error', end).on('close', end);
    client.on('data', (bytes) => {
      count += bytes.toString('latin1').match(pattern)?.length ?? 0;
      server.write(bytes);
    });
    server.pipe(client);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const { port } = proxy.address() as AddressInfo;
  const url = Object.assign(new URL(target), { host: `127.0.0.1:${port}` }).href;
  return { url, count: () => count, stop: () => void proxy.close() };
}
