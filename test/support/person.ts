import { randomBytes, randomUUID } from 'node:crypto';
import type { UserBody } from './api-types.js';
import type { TestDatabase } from './database.js';
import { forge, keyId, now, SECRET } from './forge.js';

/** The password of every test user; global-setup.mjs hashes it once. */
export const PASSWORD = 'correct horse';
const { TEST_PASSWORD_HASH } = process.env;

/**
 * A user who is registered and signed in. It writes the same rows as these two requests and signs the token
 * as the service does, because over HTTP each request would take the time of one password hash.
 */
export async function addPerson(
  database: TestDatabase,
  { username, role, secret = SECRET }: { username: string; role: string; secret?: string | undefined },
): Promise<{ user: UserBody; token: string }> {
  const sid = randomUUID();
  const [{ created_at, ...user }] = (await database.rows(
    `WITH added AS (
       INSERT INTO users (username, username_key, password_hash, role) VALUES ($1, $1, $2, $3)
       RETURNING id, username, role, created_at
     ), signed_in AS (
       INSERT INTO sessions (id, user_id, family_hash, token_hash, expires_at)
       SELECT $4, id, $5, $6, now() + interval '30 days' FROM added
     )
     SELECT * FROM added`,
    [username, TEST_PASSWORD_HASH, role, sid, randomBytes(32), randomBytes(32)],
  )) as [Omit<UserBody, 'created_at'> & { created_at: Date }];
  const claims = { sub: String(user.id), sid, exp: now() + 900 };
  const token = forge({ header: { kid: keyId(secret) }, claims, secret });
  return { user: { ...user, created_at: created_at.toISOString() }, token };
}
