import type { EntityManager } from 'typeorm';
import { ForbiddenError, InvalidTokenError } from './access.errors.js';
import type { AuthenticatedUser } from './authenticated-user.js';

/** The user of an active session; no row if the session has ended or the user is deactivated. */
export const ACTIVE_USER = `
  SELECT u.id, u.username, u.role, u.created_at AS "createdAt", s.id AS "sessionId"
    FROM users u JOIN sessions s ON s.user_id = u.id
   WHERE u.id = $1::bigint AND s.id = $2::uuid AND u.is_active AND s.expires_at > now()`;

/**
 * Reads the caller again, because the guards may know them as of a second ago, and locks them until the
 * transaction ends. The lock is exclusive, because only then its queue is fair: with shared locks, a user who
 * calls all the time could keep an admin from changing them. Called after the other locks, it makes the
 * writes of one user wait for each other only during COMMIT.
 * @throws InvalidTokenError if the user or the session is no longer active.
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

/** `lockCaller` for admins. @throws InvalidTokenError; ForbiddenError if they are no longer an admin. */
export async function lockAdmin(manager: EntityManager, caller: AuthenticatedUser): Promise<void> {
  const { role } = await lockCaller(manager, caller);
  if (role !== 'admin') throw new ForbiddenError();
}
