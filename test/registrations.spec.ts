import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ProblemBody } from './support/api-types.js';
import { Client } from './support/client.js';
import { somewhere } from './support/logins.js';
import type { ServiceProcess } from './support/service-process.js';
import { PASSWORD, useWorld } from './support/world.js';

/** The tests' own address is a trusted proxy, so that they can pretend any client address. */
const given = useWorld({
  REGISTRATIONS_PER_ADDRESS: '3',
  LOGIN_FAILURE_WINDOW: '600',
  TRUST_PROXY: '127.0.0.1',
});
let second: ServiceProcess;
beforeAll(async () => void (second = await given.secondService()));
afterAll(() => second.stop());

const register = (from: string, client = given.anyone, username: string = randomUUID()) =>
  client.post<ProblemBody>(
    '/register',
    { username, password: PASSWORD },
    { headers: { 'x-forwarded-for': from } },
  );
const countUsers = () => given.database.value<number>('SELECT count(*)::integer FROM users');

// Guarantees that one address can neither fill the database with users nor use up the processor.
describe('the limit on registrations from an address', () => {
  it('applies across all processes, and says when it ends', async () => {
    const from = somewhere();
    const there = new Client(() => second.url);
    const before = await countUsers();
    const answers = [];
    for (const client of [given.anyone, there, given.anyone, there, given.anyone]) {
      answers.push(await register(from, client));
    }

    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 429, 429]);
    expect(await countUsers()).toBe(before + 3);
    const refused = answers[3];
    const seconds = Number(refused?.headers.get('retry-after'));
    expect(refused?.body).toMatchObject({ code: 'too-many-registrations', retry_after: seconds });
    expect(seconds).toBeGreaterThan(500);
    expect(seconds).toBeLessThanOrEqual(600);
    expect((await register(somewhere())).status).toBe(201);
  });

  it('counts failed attempts, so that names cannot be probed', async () => {
    const [from, { username }] = [somewhere(), await given.admin()];
    const tries = [
      await register(from, given.anyone, username),
      await register(from, given.anyone, username),
    ];

    expect(tries.map(({ status }) => status)).toEqual([409, 409]);
    expect([(await register(from)).status, (await register(from)).status]).toEqual([201, 429]);
  });

  it('does not apply to admins, and does not affect logins', async () => {
    const [from, { client, username }] = [somewhere(), await given.admin()];
    for (let n = 0; n < 5; n += 1) expect((await register(from, client)).status).toBe(201);
    for (let n = 0; n < 3; n += 1) await register(from);

    const login = await given.anyone.post(
      '/login',
      { username, password: PASSWORD },
      { headers: { 'x-forwarded-for': from } },
    );

    expect((await register(from)).status).toBe(429);
    expect(login.status).toBe(200);
  });

  it('stores no address in plain text', async () => {
    await register(somewhere());

    const rows = await given.database.rows<{ key: string }>(
      `SELECT key FROM login_attempts WHERE key LIKE 'registrations%'`,
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter(({ key }) => !/^registrations:[\w-]{43}$/.test(key))).toEqual([]);
  });
});
