import { Client } from 'pg';
import type { Logger } from 'pino';
import type { Env } from '../config/env.js';
import { BadConfigurationError } from '../config/load-env.js';

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

async function checkServer(url: string): Promise<ServerCheck> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    query_timeout: 5_000,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ unsafe: string[]; connections: number }>(
      `SELECT coalesce(array_agg(name::text ORDER BY name) FILTER (WHERE setting = 'off'), '{}') AS unsafe,
              current_setting('max_connections')::integer
                - current_setting('superuser_reserved_connections')::integer AS connections
         FROM pg_settings WHERE name = ANY($1)`,
      [UNSAFE_WHEN_OFF],
    );
    const [{ unsafe, connections }] = rows as [{ unsafe: string[]; connections: number }];
    return { unsafeSettings: unsafe, connectionsMax: connections };
  } finally {
    await client.end();
  }
}
