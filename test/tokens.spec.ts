import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { ProblemBody, UserBody } from './support/api-types.js';
import { until } from './support/database.js';
import { useWorld } from './support/world.js';

const given = useWorld();
const { anyone } = given;

// Guarantees that only our own, unexpired tokens of users who may still come in are accepted.
describe('access tokens', () => {
  const secret = 'a secret of the tests, longer than 32 characters';
  const now = () => Math.floor(Date.now() / 1000);
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

  function forge({ header = {}, claims = {}, key = secret, hash = 'sha256' } = {}): string {
    const good = {
      sub: '1',
      iss: 'mini-order-system',
      aud: 'mini-order-system',
      iat: now(),
      exp: now() + 60,
    };
    const signed = `${encode({ alg: 'HS256', typ: 'JWT', ...header })}.${encode({ ...good, ...claims })}`;
    return `${signed}.${createHmac(hash, key).update(signed).digest('base64url')}`;
  }

  it('are accepted when they are well made', async () => {
    const admin = await given.admin();
    expect((await anyone.as(forge({ claims: { sub: `${admin.id}` } })).get('/me')).status).toBe(200);
  });

  it.each([
    ['another key', forge({ key: 'another secret that is longer than 32 chars' })],
    [
      'no algorithm',
      `${forge({ header: { alg: 'none' } })
        .split('.')
        .slice(0, 2)
        .join('.')}.`,
    ],
    ['another algorithm', forge({ header: { alg: 'HS512' }, hash: 'sha512' })],
    ['another issuer', forge({ claims: { iss: 'somebody' } })],
    ['another audience', forge({ claims: { aud: 'somebody' } })],
    ['an end in the past', forge({ claims: { exp: 1 } })],
    ['no end', forge({ claims: { exp: undefined } })],
    ['an object for a user', forge({ claims: { sub: { id: 1 } } })],
    ['a number beyond ids', forge({ claims: { sub: '99999999999' } })],
    ['a user who never was', forge({ claims: { sub: '2147483647' } })],
    ['no form at all', 'not-a-token'],
  ])('are refused with %s', async (_, token) => {
    const answer = await anyone.as(token).get<ProblemBody>('/me');

    expect(answer.body).toMatchObject({ status: 401, code: 'unauthenticated' });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
  });

  it('are refused in the query string', async () => {
    const admin = await given.admin();
    expect((await anyone.get(`/me?access_token=${admin.client.token}`)).status).toBe(401);
  });

  it('stop working within seconds for a user who is deactivated, demoted or gone', async () => {
    const [off, gone] = await given.customers(2);
    const admin = await given.admin();
    const demoted = await admin.client.post<UserBody>('/register', {
      username: 'short-lived',
      password: 'correct horse',
      role: 'admin',
    });
    const demotedClient = await given.signIn('short-lived', 'correct horse');
    expect((await demotedClient.get('/audit/stock')).status).toBe(200);

    await given.database.rows('UPDATE users SET is_active = false WHERE id = $1', [off.id]);
    await given.database.rows(`UPDATE users SET role = 'customer' WHERE id = $1`, [demoted.body.id]);
    await given.database.rows('DELETE FROM users WHERE id = $1', [gone.id]);

    await until('the deactivated user is out', async () => (await off.client.get('/me')).status === 401);
    await until('the deleted user is out', async () => (await gone.client.get('/me')).status === 401);
    await until(
      'the demoted user is no admin',
      async () => (await demotedClient.get('/audit/stock')).status === 403,
    );
  });
});
