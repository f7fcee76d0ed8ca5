import { describe, expect, it } from '@jest/globals';
import type { Answer } from './support/client.js';
import { until } from './support/database.js';
import { sessionOf, sessionsIn } from './support/sessions.js';
import { useWorld, withWorld } from './support/world.js';

const given = useWorld();
const { signIn, refresh, logout, isOut } = sessionsIn(given);

// Guarantees that a session which has ended stays ended.
describe('the end of a session', () => {
  it('comes with POST /logout, for both kinds of token', async () => {
    const tokens = await signIn(await given.customer());

    const answer = await logout(tokens.refresh_token);

    expect([answer.status, answer.text]).toEqual([204, '']);
    expect((await refresh(tokens.refresh_token)).status).toBe(401);
    expect((await logout(tokens.refresh_token)).body.code).toBe('invalid-refresh-token');
    await until('its access token is refused', isOut(tokens));
  });

  it('comes with POST /logout even for an exchanged token, whose successor may be lost', async () => {
    const first = await signIn(await given.customer());
    const { body: second } = await refresh(first.refresh_token);

    expect((await logout(first.refresh_token)).status).toBe(204);
    expect((await refresh(second.refresh_token)).status).toBe(401);
  });

  it('comes when its lifetime is over, however often it was refreshed', async () => {
    const first = await signIn(await given.customer());
    const { body: tokens } = await refresh(first.refresh_token);
    await given.database.rows('UPDATE sessions SET expires_at = now() WHERE id = $1', [sessionOf(tokens)]);

    expect((await refresh(tokens.refresh_token)).status).toBe(401);
    expect((await logout(tokens.refresh_token)).status).toBe(401);
    await until('its access token is refused', isOut(tokens));
  });

  it('is set REFRESH_TOKEN_TTL after signing in, and does not move', async () => {
    await withWorld({ REFRESH_TOKEN_TTL: '60' }, async (world) => {
      const inside = sessionsIn(world);
      const tokens = await inside.signIn(await world.customer());
      const lifetime = () =>
        world.database.value<string>(
          `SELECT extract(epoch FROM expires_at - created_at) FROM sessions WHERE id = $1`,
          [sessionOf(tokens)],
        );
      const before = await lifetime();
      await inside.refresh(tokens.refresh_token);

      expect(Number(before)).toBe(60);
      expect(await lifetime()).toBe(before);
    });
  });

  it('comes for good when its user is deactivated', async () => {
    const [{ client }, customer] = [await given.admin(), await given.customer()];
    const tokens = await signIn(customer);

    await client.patch(`/users/${customer.id}`, { is_active: false });
    expect((await refresh(tokens.refresh_token)).status).toBe(401);
    await client.patch(`/users/${customer.id}`, { is_active: true });

    expect((await refresh(tokens.refresh_token)).status).toBe(401);
    await until('its access token is refused', isOut(tokens));
    expect((await signIn(customer)).access_token).toBeTruthy();
  });

  it('comes for the oldest session when a user opens one too many', async () => {
    await withWorld({ SESSIONS_PER_USER: '2' }, async (world) => {
      const inside = sessionsIn(world);
      const customer = await world.customer();
      await world.database.rows('DELETE FROM sessions');
      const all = [await inside.signIn(customer), await inside.signIn(customer)];
      expect(await inside.count(customer)).toBe(2);
      all.push(await inside.signIn(customer));

      const answers: Answer<unknown>[] = [];
      for (const { refresh_token } of all) answers.push(await inside.refresh(refresh_token));

      expect(answers.map(({ status }) => status)).toEqual([401, 200, 200]);
      await Promise.all(Array.from({ length: 6 }, () => inside.signIn(customer)));
      expect(await inside.count(customer)).toBe(2);
    });
  });

  it('is followed by deletion, twenty expired sessions at each login', async () => {
    const customer = await given.customer();
    const other = await given.customer();
    await given.database.rows(
      `INSERT INTO sessions (id, user_id, family_hash, token_hash, expires_at)
       SELECT gen_random_uuid(), $1, sha256(n::text::bytea), '', now() - interval '1 day' FROM generate_series(1, 21) n`,
      [other.id],
    );
    const expired = () =>
      given.database.value<number>(
        "SELECT count(*)::integer FROM sessions WHERE expires_at <= now() - interval '1 hour'",
      );

    await signIn(customer);
    expect(await expired()).toBe(1);
    await signIn(customer);
    expect(await expired()).toBe(0);
  });
});
