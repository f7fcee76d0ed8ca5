import type { DatabaseReader } from '../../database/database.reader.js';

const ADMIN_SESSIONS = `
  SELECT s.id FROM sessions s JOIN users u ON u.id = s.user_id
   WHERE s.id = ANY ($1::uuid[]) AND s.expires_at > now() AND u.is_active AND u.role = 'admin'`;

/** Finds which of the sessions are active and belong to an active admin. */
export async function findAdminSessions(
  database: DatabaseReader,
  sessionIds: readonly string[],
): Promise<Set<string>> {
  const rows = await database.rows<{ id: string }>(ADMIN_SESSIONS, [sessionIds]);
  return new Set(rows.map(({ id }) => id));
}
