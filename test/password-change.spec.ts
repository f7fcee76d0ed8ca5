import { hash } from '@node-rs/argon2';
import { describe, expect, it } from '@jest/globals';
import type { ProblemBody } from './support/api-types.js';
import { until } from './support/database.js';
import { sessionsIn } from './support/sessions.js';
import { PASSWORD, type Person, succeeded, useWorld } from './support/world.js';

const given = useWorld();
const { anyone } = given;
const { signIn, refresh, count, isOut } = sessionsIn(given);

// Guarantees that a new password shuts out everybody who knows only the old one.
describe('POST /me/password', () => {
  const change = ({ client }: Person, current_password = PASSWORD, new_password = 'battery staple') =>
    client.post<ProblemBody>('/me/password', { current_password, new_password });

  it('changes the password and ends all other sessions', async () => {
    const customer = await given.customer();
    const other = await signIn(customer);

    const answer = await change(customer);

    expect([answer.status, answer.text]).toEqual([204, '']);
    expect((await refresh(other.refresh_token)).status).toBe(401);
    await until('the other access token is refused', isOut(other));
    expect((await customer.client.get('/me')).status).toBe(200);
    const logins = [PASSWORD, 'battery staple'].map((password) =>
      anyone.post('/login', { username: customer.username, password }),
    );
    expect((await Promise.all(logins)).map(({ status }) => status)).toEqual([401, 200]);
  });

  it.each([
    ['a wrong current password', 'wrong', 'battery staple', '/current_password', 'wrong-password'],
    ['a new password of 3 characters', PASSWORD, 'abc', '/new_password', 'too-short'],
    ['a new password of 129 characters', PASSWORD, 'x'.repeat(129), '/new_password', 'too-long'],
    ['a new password with a control character', PASSWORD, 'abc\u0000def', '/new_password', 'not-clean-text'],
  ])('refuses %s, and changes nothing', async (_, current, next, pointer, code) => {
    const customer = await given.customer();
    const other = await signIn(customer);

    const answer = await change(customer, current, next);

    expect(answer.status).toBe(422);
    expect(answer.body.errors).toEqual([expect.objectContaining({ pointer, code })]);
    expect((await refresh(other.refresh_token)).status).toBe(200);
    await signIn(customer);
  });

  it('counts wrong guesses as failed logins', async () => {
    const customer = await given.customer();
    for (let guess = 0; guess < 10; guess += 1) expect((await change(customer, 'wrong')).status).toBe(422);

    expect((await change(customer)).body).toMatchObject({ status: 429, code: 'too-many-attempts' });
    expect((await anyone.post('/login', { username: customer.username, password: PASSWORD })).status).toBe(
      429,
    );
  });

  it('shuts out a login that checks the old password before the change and opens its session after', async () => {
    const customer = await given.customer();
    const outside = await given.database.session();
    await outside.query('BEGIN');
    await outside.query('SELECT 1 FROM users WHERE id = $1 FOR UPDATE', [customer.id]);
    const login = anyone.post<ProblemBody>('/login', { username: customer.username, password: PASSWORD });
    await until('the login waits', async () => (await given.database.waitingForLocks()) === 1);
    const another = await hash('battery staple');
    await outside.query('UPDATE users SET password_hash = $1 WHERE id = $2', [another, customer.id]);
    await outside.query('COMMIT');
    outside.release();

    expect((await login).body.code).toBe('invalid-credentials');
    expect(await count(customer)).toBe(1);
  });

  it('lets exactly one of two simultaneous changes win, and its password is valid', async () => {
    const customer = await given.customer();
    const passwords = ['battery staple', 'purple elephant'];

    const outside = await given.database.session();
    await outside.query('BEGIN');
    await outside.query('SELECT 1 FROM users WHERE id = $1 FOR UPDATE', [customer.id]);
    const changes = passwords.map((password) => change(customer, PASSWORD, password));
    await until('both wait', async () => (await given.database.waitingForLocks()) === 2);
    await outside.query('COMMIT');
    outside.release();

    const answers = await Promise.all(changes);

    expect(answers.map(({ status }) => status).sort()).toEqual([204, 422]);
    const logins = await Promise.all(
      passwords.map((password) => anyone.post('/login', { username: customer.username, password })),
    );
    expect(logins.map(succeeded)).toEqual(answers.map(({ status }) => status === 204));
  });
});
