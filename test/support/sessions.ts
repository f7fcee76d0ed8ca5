import { expect } from '@jest/globals';
import type { ProblemBody, TokenBody } from './api-types.js';
import type { Answer } from './client.js';
import { claimsOf } from './forge.js';
import { PASSWORD, type World } from './world.js';

/** Common steps of the session tests, in one world. */
export function sessionsIn(given: World) {
  const { anyone } = given;
  return {
    /** Opens another session of a user. */
    signIn: async ({ username }: { username: string }): Promise<TokenBody> => {
      const answer = await anyone.post<TokenBody>('/login', { username, password: PASSWORD });
      expect(answer.status).toBe(200);
      return answer.body;
    },
    refresh: (refresh_token: string): Promise<Answer<TokenBody & ProblemBody>> =>
      anyone.post('/refresh', { refresh_token }),
    logout: (refresh_token: string): Promise<Answer<ProblemBody>> =>
      anyone.post('/logout', { refresh_token }),
    count: ({ id }: { id: number }): Promise<number> =>
      given.database.value('SELECT count(*)::integer FROM sessions WHERE user_id = $1', [id]),
    /** Whether the access token is refused now. */
    isOut: (tokens: TokenBody) => async (): Promise<boolean> =>
      (await anyone.as(tokens.access_token).get('/me')).status === 401,
    /** Pretends that the session's token was last exchanged this many seconds ago. */
    letPass: async (seconds: number, tokens: TokenBody): Promise<void> => {
      await given.database.rows(
        `UPDATE sessions SET rotated_at = rotated_at - $1 * interval '1 second' WHERE id = $2`,
        [seconds, sessionOf(tokens)],
      );
    },
  };
}

/** The id of the session that an access token belongs to. */
export function sessionOf({ access_token }: TokenBody): string {
  return claimsOf(access_token).sid;
}
