import { describe, expect, it } from '@jest/globals';
import type { AccountBody, ProblemBody, TokenBody, UserBody } from './support/api-types.js';
import { until } from './support/database.js';
import { refusedWith, succeeded, useWorld, withWorld } from './support/world.js';

const given = useWorld();
const { anyone } = given;
const form = (fields: Record<string, string>) => ({ body: new URLSearchParams(fields) });

const asAdmin = (username: string) => ({ username, password: 'correct horse', role: 'admin' });

// Guarantees that nobody becomes an admin without permission.
describe('registering admins', () => {
  it('makes exactly one admin when four users register as the first one at once', async () => {
    // Enough connections for all four transactions to be open at once.
    await withWorld({ DATABASE_POOL_SIZE: '20' }, async ({ anyone: stranger, database }) => {
      const outside = await database.session();
      // This lock allows looking for an admin but not adding one, so all four have looked before it ends.
      await outside.query('BEGIN; LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE');
      const registrations = ['alice', 'bob', 'carol', 'dave'].map((name) =>
        stranger.post('/register', asAdmin(name)),
      );
      await until('all four wait', async () => (await database.waitingForLocks()) === 4);
      await outside.query('COMMIT');
      outside.release();

      const answers = await Promise.all(registrations);

      expect(answers.filter(succeeded)).toHaveLength(1);
      expect(answers.filter(refusedWith('admin-signup-closed'))).toHaveLength(3);
      expect(await database.value(`SELECT count(*)::integer FROM users WHERE role = 'admin'`)).toBe(1);
    });
  });

  it('lets an admin add admins, and tells others that only admins can', async () => {
    const admin = await given.admin();
    const customer = await given.customer();

    const byAdmin = await admin.client.post<UserBody>('/register', asAdmin('second-admin'));
    const byCustomer = await customer.client.post<ProblemBody>('/register', asAdmin('third-admin'));
    const byStranger = await anyone.post<ProblemBody>('/register', asAdmin('third-admin'));

    expect(byAdmin.body.role).toBe('admin');
    expect([byCustomer.status, byStranger.status]).toEqual([403, 403]);
    expect(byStranger.body.detail).toMatch(/admin's token/);
  });

  it('lets anyone become an admin while ADMIN_SIGNUP is open', async () => {
    await withWorld({ ADMIN_SIGNUP: 'open' }, async ({ anyone: stranger }) => {
      const answers = [
        await stranger.post('/register', asAdmin('one')),
        await stranger.post('/register', asAdmin('two')),
      ];
      expect(answers.filter(succeeded)).toHaveLength(2);
    });
  });

  it('admits no admin while ADMIN_SIGNUP is closed, and creates the configured admin once', async () => {
    const configured = { ADMIN_SIGNUP: 'closed', ADMIN_USERNAME: 'Boss', ADMIN_PASSWORD: 'correct horse' };
    await withWorld(configured, async (world) => {
      const second = await world.secondService();
      await second.stop();
      const refused = await world.anyone.post('/register', asAdmin('intruder'));
      const boss = await world.signIn('boss', 'correct horse');

      expect(refused.status).toBe(403);
      expect((await boss.get<UserBody>('/me')).body).toMatchObject({ username: 'Boss', role: 'admin' });
      expect(await world.database.value('SELECT count(*)::integer FROM users')).toBe(1);
    });
  });
});

// Guarantees that each name belongs to one person, and that no password is ever returned.
describe('registering', () => {
  it('creates a customer if no role is given', async () => {
    const answer = await anyone.post<UserBody>('/register', { username: 'plain', password: '1234' });

    expect(answer.body).toMatchObject({ username: 'plain', role: 'customer' });
    expect(answer.text).not.toMatch(/1234|argon|hash/i);
  });

  it('gives a name to exactly one of ten who want it at once, in whatever case and spelling', async () => {
    const spellings = ['Zoë', 'zoë', 'ZOË', 'Zoe\u0308', 'zoe\u0308'];
    const answers = await Promise.all(
      [...spellings, ...spellings].map((username) =>
        anyone.post('/register', { username, password: '1234' }),
      ),
    );

    expect(answers.filter(succeeded)).toHaveLength(1);
    expect(answers.filter(refusedWith('username-taken'))).toHaveLength(9);
  });

  it.each([
    ['a name of 2 characters', { username: 'ab', password: '1234' }, '/username', 'too-short'],
    ['a name of 65 characters', { username: 'a'.repeat(65), password: '1234' }, '/username', 'too-long'],
    [
      'a name with a control character',
      { username: 'a\u0000bc', password: '1234' },
      '/username',
      'not-clean-text',
    ],
    [
      'a name with half a surrogate pair',
      { username: 'abc\ud800', password: '1234' },
      '/username',
      'not-clean-text',
    ],
    ['a password of 3 characters', { username: 'abcd', password: '123' }, '/password', 'too-short'],
    ['a password of 2 emoji', { username: 'abcd', password: '🙂🙂' }, '/password', 'too-short'],
    [
      'a password of 129 characters',
      { username: 'abcd', password: 'x'.repeat(129) },
      '/password',
      'too-long',
    ],
    ['an unknown role', { username: 'abcd', password: '1234', role: 'root' }, '/role', 'not-one-of'],
    ['null as the role', { username: 'abcd', password: '1234', role: null }, '/role', 'not-one-of'],
    [
      'an unknown field',
      { username: 'abcd', password: '1234', is_active: true },
      '/is_active',
      'unknown-field',
    ],
    ['no password', { username: 'abcd' }, '/password', 'required'],
  ])('refuses %s', async (_, body, pointer, code) => {
    const answer = await anyone.post<ProblemBody>('/register', body);

    expect(answer.status).toBe(422);
    expect(answer.body.errors).toEqual([expect.objectContaining({ pointer, code, location: 'body' })]);
  });

  it('points Location at the user’s id for an admin, and at /me for anyone else', async () => {
    const admin = await given.admin();
    const body = (username: string) => ({ username, password: '1234' });
    const alone = await anyone.post<UserBody>('/register', body('comes-alone'));
    const added = await admin.client.post<UserBody>('/register', body('is-added'));
    const tokens = await anyone.post<TokenBody>('/login', body('comes-alone'));

    expect(alone.headers.get('location')).toBe('/me');
    expect((await anyone.as(tokens.body.access_token).get<UserBody>('/me')).body).toEqual(alone.body);
    expect(added.headers.get('location')).toBe(`/users/${added.body.id}`);
    const found = await admin.client.get<AccountBody>(`/users/${added.body.id}`);
    expect(found.body).toEqual({ ...added.body, is_active: true });
  });

  it('accepts names of 3 and of 64 characters', async () => {
    const names = ['xyz', 'n'.repeat(64)];
    const answers = await Promise.all(
      names.map((username) => anyone.post('/register', { username, password: '1234' })),
    );

    expect(answers.filter(succeeded)).toHaveLength(2);
  });

  it('requires a password of 8 characters if PASSWORD_MIN_LENGTH is 8', async () => {
    await withWorld({ PASSWORD_MIN_LENGTH: '8' }, async ({ anyone: stranger }) => {
      const short = await stranger.post('/register', { username: 'abcd', password: '1234567' });
      const enough = await stranger.post('/register', { username: 'abcd', password: '12345678' });
      expect([short.status, enough.status]).toEqual([422, 201]);
    });
  });
});

// Guarantees that OAuth 2 clients and Swagger UI can sign in, and that login never reveals who is registered.
describe('signing in', () => {
  it.each([
    ['by URL-encoded form', form({ username: 'zed', password: '1234' })],
    ['by JSON', { json: { username: 'ZED', password: '1234' } }],
    [
      'with a Basic header',
      { json: { username: 'zed', password: '1234' }, headers: { authorization: 'Basic eDp5' } },
    ],
    [
      'with an expired token',
      { json: { username: 'zed', password: '1234' }, headers: { authorization: 'Bearer x.y.z' } },
    ],
  ])('works %s', async (_, options) => {
    await anyone.post('/register', { username: 'zed', password: '1234' });

    const answer = await anyone.call<TokenBody>('POST', '/login', options);

    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect((await anyone.as(answer.body.access_token).get<UserBody>('/me')).body.username).toBe('zed');
  });

  it('gives the same answer for an unknown name, a wrong password and a deactivated user', async () => {
    const [customer, gone] = await given.customers(2);
    await given.database.rows('UPDATE users SET is_active = false WHERE id = $1', [gone.id]);
    const attempts = [
      { username: 'nobody-here', password: 'correct horse' },
      { username: customer.username, password: 'wrong' },
      { username: gone.username, password: 'correct horse' },
    ];

    const answers = await Promise.all(attempts.map((attempt) => anyone.post<ProblemBody>('/login', attempt)));

    for (const answer of answers) {
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      expect(answer.body).toMatchObject({ code: 'invalid-credentials', error: 'invalid_grant' });
      expect({ ...answer.body, request_id: '' }).toEqual({ ...answers[0]?.body, request_id: '' });
    }
  });

  it.each([
    ['a file', { body: fileForm() }, 400],
    ['plain text', { body: 'username=zed', headers: { 'content-type': 'text/plain' } }, 415],
  ])('refuses %s', async (_, options, status) => {
    expect((await anyone.call('POST', '/login', options)).status).toBe(status);
  });

  function fileForm(): FormData {
    const body = new FormData();
    body.set('username', new Blob(['x']), 'x.txt');
    return body;
  }
});
