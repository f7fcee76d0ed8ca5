import { describe, expect, it } from '@jest/globals';
import type { UserBody } from './support/api-types.js';
import { until } from './support/database.js';
import { sessionOf, sessionsIn } from './support/sessions.js';
import { useWorld } from './support/world.js';

const given = useWorld();
const { anyone } = given;
const { signIn, refresh, count, isOut, letPass } = sessionsIn(given);

// Guarantees that only the holder of the latest token can continue a session.
describe('POST /refresh', () => {
  it('gives new tokens for the same session again and again', async () => {
    const customer = await given.customer();
    const first = await signIn(customer);

    const second = await refresh(first.refresh_token);
    const third = await refresh(second.body.refresh_token);

    expect(third.status).toBe(200);
    expect(third.headers.get('cache-control')).toBe('no-store');
    expect(third.body).toMatchObject({ token_type: 'bearer', expires_in: 3600 });
    expect(new Set([first, second.body, third.body].map((tokens) => tokens.refresh_token)).size).toBe(3);
    expect(sessionOf(third.body)).toBe(sessionOf(first));
    expect((await anyone.as(third.body.access_token).get<UserBody>('/me')).body.id).toBe(customer.id);
  });

  it('gives no token to a user who was deactivated in the database', async () => {
    const customer = await given.customer();
    const tokens = await signIn(customer);
    await given.database.rows('UPDATE users SET is_active = false WHERE id = $1', [customer.id]);

    expect((await refresh(tokens.refresh_token)).body).toMatchObject({ code: 'invalid-refresh-token' });
  });

  it('keeps no token in the database, only hashes', async () => {
    const { refresh_token } = await signIn(await given.customer());
    const rows = await given.database.rows<{ row: string }>('SELECT sessions::text AS row FROM sessions');
    const stored = rows.map(({ row }) => row).join();
    const bytes = Buffer.from(refresh_token, 'base64url');

    expect(bytes).toHaveLength(48);
    for (const part of [bytes, bytes.subarray(0, 16), bytes.subarray(16)]) {
      expect(stored).not.toContain(part.toString('hex'));
    }
  });

  it.each([
    ['nothing', {}, 422],
    ['a number', { refresh_token: 1 }, 422],
    ['an empty text', { refresh_token: '' }, 422],
    ['any text', { refresh_token: 'not-a-token' }, 401],
    ['a token that never was', { refresh_token: 'A'.repeat(64) }, 401],
    ['a text that is too long', { refresh_token: 'A'.repeat(201) }, 422],
  ])('refuses %s', async (_, body, status) => {
    const answers = [await anyone.post('/refresh', body), await anyone.post('/logout', body)];
    expect(answers.map((answer) => answer.status)).toEqual([status, status]);
  });

  it('accepts no access token, and a refresh token is not accepted as an access token', async () => {
    const { access_token, refresh_token } = await signIn(await given.customer());

    expect((await refresh(access_token.slice(0, 64))).status).toBe(401);
    expect((await anyone.as(refresh_token).get('/me')).status).toBe(401);
  });
});

// Guarantees that a stolen token is noticed, and that a client which lost an answer is not taken for a thief.
describe('a refresh token that is used twice', () => {
  it('gives the same successor again for 10 seconds, in case the answer was lost', async () => {
    const first = await signIn(await given.customer());
    const lost = await refresh(first.refresh_token);
    await letPass(9, first);

    const retried = await refresh(first.refresh_token);

    expect(retried.body.refresh_token).toBe(lost.body.refresh_token);
    expect((await refresh(retried.body.refresh_token)).status).toBe(200);
  });

  it('ends the session after that, for the thief and for its owner', async () => {
    const customer = await given.customer();
    const first = await signIn(customer);
    const { body: second } = await refresh(first.refresh_token);
    await letPass(11, first);

    const reused = await refresh(first.refresh_token);

    expect(reused.status).toBe(401);
    expect(reused.body.code).toBe('invalid-refresh-token');
    expect((await refresh(second.refresh_token)).status).toBe(401);
    await until('its access tokens are refused', isOut(second));
    expect(given.service.output).toMatch(
      new RegExp(`"event":"refresh-token-reused","user_id":${customer.id}`),
    );
  });

  it('ends the session at once if it is older than the previous token', async () => {
    const first = await signIn(await given.customer());
    const { body: second } = await refresh(first.refresh_token);
    const { body: third } = await refresh(second.refresh_token);

    expect((await refresh(first.refresh_token)).status).toBe(401);
    expect((await refresh(third.refresh_token)).status).toBe(401);
  });

  it('ends this session and no other session of the user', async () => {
    const customer = await given.customer();
    const [stolen, other] = [await signIn(customer), await signIn(customer)];
    await refresh(stolen.refresh_token);
    await letPass(11, stolen);
    await refresh(stolen.refresh_token);

    expect((await refresh(other.refresh_token)).status).toBe(200);
  });

  it('leaves one session with one valid token if both uses come at the same time', async () => {
    const customer = await given.customer();
    const first = await signIn(customer);
    const sessions = await count(customer);
    const outside = await given.database.session();
    await outside.query('BEGIN');
    await outside.query('SELECT 1 FROM sessions WHERE id = $1 FOR UPDATE', [sessionOf(first)]);
    const refreshes = [refresh(first.refresh_token), refresh(first.refresh_token)];
    await until('both wait', async () => (await given.database.waitingForLocks()) === 2);
    await outside.query('COMMIT');
    outside.release();

    const answers = await Promise.all(refreshes);

    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(new Set(answers.map(({ body }) => body.refresh_token)).size).toBe(1);
    expect(await count(customer)).toBe(sessions);
    expect((await refresh(answers[0]?.body.refresh_token ?? '')).status).toBe(200);
  });
});
