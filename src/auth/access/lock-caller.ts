import type { EntityManager } from 'typeorm';
import { ForbiddenError, InvalidTokenError } from './access.errors.js';
import type { AuthenticatedUser } from './authenticated-user.js';

/** The user of a session, by primary keys; nothing when either has ended or the user is deactivated. */
export const ACTIVE_USER = `
  SELECT u.id, u.username, u.role, u.created_at AS "createdAt", s.id AS "sessionId"
    FROM users u JOIN sessions s ON s.user_id = u.id
   WHERE u.id = $1 AND s.id = $2 AND u.is_active AND s.expires_at > now()`;

/**
 * Reads again who is calling, because what the guards know may be a second old, and keeps it true until the
 * transaction ends. The lock is exclusive: its queue is fair, so that a user who calls all the time cannot
 * keep an admin from changing them. Where it comes last, after the rows that are changed, the writes of one
 * user wait for each other only while they commit.
 * @throws InvalidTokenError when the user or the session is gone.
 */
export async function lockCaller(
  manager: EntityManager,
  { id, sessionId }: AuthenticatedUser,
): Promise<AuthenticatedUser> {
  const statement = `${ACTIVE_USER} FOR NO KEY UPDATE`;
  const [caller] = await manager.query<AuthenticatedUser[]>(statement, [id, sessionId]);
  if (!caller) throw new InvalidTokenError();
  return caller;
}

/**
 * `lockCaller` for what admins do. @throws InvalidTokenError; ForbiddenError for one who is an admin no more.
 */
export async function lockAdmin(manager: EntityManager, caller: AuthenticatedUser): Promise<void> {
  const { role } = await lockCaller(manager, caller);
  if (role !== 'admin') throw new ForbiddenError();
}
