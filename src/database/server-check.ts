import type { Logger } from 'pino';
import type { Env } from '../config/env.js';
import { BadConfigurationError } from '../config/load-env.js';
import { withConnection } from './with-connection.js';

/** Settings with which PostgreSQL may lose a transaction that it has confirmed, or its whole data, in a crash. */
const UNSAFE_WHEN_OFF = ['fsync', 'full_page_writes', 'synchronous_commit'];

interface ServerCheck {
  /** Those of these settings that are off, for the role and database of the URL. */
  readonly unsafeSettings: readonly string[];
  /** Connections that the server has for roles such as ours. */
  readonly connectionsMax: number;
}

/**
 * Looks whether a server can be relied on, before anything is.
 * @throws BadConfigurationError when it may lose committed orders, in production and unless that is allowed.
 */
export async function assertReliable(url: string, env: Env, logger: Logger): Promise<void> {
  const { unsafeSettings, connectionsMax } = await checkServer(url);
  if (env.isProduction && unsafeSettings.length > 0) {
    const danger = `PostgreSQL may lose committed orders in a crash: ${unsafeSettings.join(', ')} off`;
    if (!env.ALLOW_UNSAFE_DATABASE) {
      throw new BadConfigurationError([`${danger}. Turn on, or set ALLOW_UNSAFE_DATABASE=true`]);
    }
    logger.warn(danger);
  }
  const wanted = env.WORKERS * env.DATABASE_POOL_SIZE;
  if (wanted > connectionsMax) {
    logger.warn(
      { wanted, server: connectionsMax },
      'WORKERS times DATABASE_POOL_SIZE is more than the connections of the server: some may be refused',
    );
  }
}

function checkServer(url: string): Promise<ServerCheck> {
  return withConnection(url, async (client) => {
    const { rows } = await client.query<ServerCheck>(
      `SELECT coalesce(array_agg(name::text ORDER BY name) FILTER (WHERE setting = 'off'), '{}') AS "unsafeSettings",
              current_setting('max_connections')::integer
                - current_setting('superuser_reserved_connections')::integer AS "connectionsMax"
         FROM pg_settings WHERE name = ANY($1)`,
      [UNSAFE_WHEN_OFF],
    );
    return rows[0] as ServerCheck;
  });
}
