import type { Logger } from 'pino';
import { withSearchPath } from '../config/database-url.js';
import type { Env } from '../config/env.js';
import { BadConfigurationError } from '../config/load-env.js';
import type { SessionClient } from './session-client.js';
import { NO_LIMITS, RELIED_ON, REQUIRED } from './session-settings.js';
import { withConnection } from './with-connection.js';

const VERSION_MIN = 15;
/** Behind a pooler, the limits of the role apply. A shorter one would end normal statements. */
const LIMIT_MS_MIN = 1_000;
/** When one of these settings is off, PostgreSQL may lose a committed transaction in a crash. */
const UNSAFE_WHEN_OFF = ['fsync', 'full_page_writes', 'synchronous_commit'];

export interface ServerFindings {
  readonly version: number;
  readonly encoding: string;
  readonly searchPath: string;
  /** Where tables would be created. */
  readonly schema: string | null;
  readonly isStandby: boolean;
  readonly differing: readonly { readonly name: string; readonly found: string; readonly needed: string }[];
  readonly unsafeSettings: readonly string[];
  /** Without those reserved for superusers. */
  readonly connectionsMax: number;
}

const FIND = `
  SELECT current_setting('server_version_num')::integer / 10000 AS version,
         current_setting('server_encoding') AS encoding,
         current_setting('search_path') AS "searchPath", current_schema() AS schema,
         pg_is_in_recovery() AS "isStandby",
         (SELECT coalesce(json_agg(differing), '[]') FROM (
            SELECT name, setting AS found, needed FROM json_each_text($1) AS wanted (name, needed)
              JOIN pg_settings USING (name) WHERE setting <> needed
            UNION ALL
            SELECT name, setting || unit, '0' FROM pg_settings
             WHERE name = ANY ($2) AND setting::integer BETWEEN 1 AND $3 - 1) AS differing) AS differing,
         (SELECT coalesce(array_agg(name ORDER BY name), '{}') FROM pg_settings
           WHERE name = ANY ($4) AND setting = 'off') AS "unsafeSettings",
         current_setting('max_connections')::integer
           - current_setting('superuser_reserved_connections')::integer AS "connectionsMax"`;

/**
 * Checks what a connection cannot set for itself.
 * @throws BadConfigurationError
 */
export async function assertSuitable(client: SessionClient): Promise<ServerFindings> {
  const needed = JSON.stringify({ ...RELIED_ON, ...REQUIRED });
  const { rows } = await client.query<ServerFindings>(FIND, [
    needed,
    Object.keys(NO_LIMITS),
    LIMIT_MS_MIN,
    UNSAFE_WHEN_OFF,
  ]);
  const findings = rows[0] as ServerFindings;
  const faults = faultsOf(findings);
  if (faults.length > 0) throw new BadConfigurationError(faults);
  return findings;
}

export function faultsOf({ version, encoding, searchPath, schema, differing }: ServerFindings): string[] {
  const faults = differing.map(
    ({ name, found, needed }) =>
      `PostgreSQL has ${name} = ${found} for the role or the database. Change it: ` +
      `ALTER ROLE … SET ${name} = '${needed}'`,
  );
  if (version < VERSION_MIN) {
    faults.push(`PostgreSQL ${version} is too old: use ${VERSION_MIN} or newer`);
  }
  if (encoding !== 'UTF8') {
    faults.push(
      `The database is encoded in ${encoding}, which cannot store every text. Create another one: ` +
        `CREATE DATABASE … ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0`,
    );
  }
  if (schema === null || /^(pg_.*|information_schema)$/.test(schema)) {
    faults.push(
      `PostgreSQL has search_path = ${searchPath} for the role or the database, which contains no schema ` +
        'for tables. Change it: ALTER ROLE … SET search_path = public',
    );
  }
  return faults;
}

/**
 * @returns a URL with a fixed search path.
 * @throws BadConfigurationError if the database is not suitable or, in production, may lose committed orders.
 */
export function assertReliable(url: string, env: Env, logger: Logger): Promise<string> {
  return withConnection(url, async (client) => {
    const findings = await assertSuitable(client);
    warn(findings, env, logger);
    // Poolers refuse connection options.
    return client.isPooled ? url : withSearchPath(url, findings.searchPath);
  });
}

function warn({ unsafeSettings, connectionsMax, isStandby }: ServerFindings, env: Env, logger: Logger): void {
  if (isStandby) logger.warn('PostgreSQL is a standby: writes are answered with 503 until it is promoted');
  if (env.isProduction && unsafeSettings.length > 0) {
    const danger = `PostgreSQL may lose committed orders in a crash: ${unsafeSettings.join(', ')} off`;
    if (!env.ALLOW_UNSAFE_DATABASE) {
      throw new BadConfigurationError([
        `${danger}. Turn these settings on, or set ALLOW_UNSAFE_DATABASE=true`,
      ]);
    }
    logger.warn(danger);
  }
  const wanted = env.WORKERS * env.DATABASE_POOL_SIZE;
  if (wanted > connectionsMax) {
    logger.warn(
      { wanted, server: connectionsMax },
      'WORKERS times DATABASE_POOL_SIZE exceeds max_connections of the server: connections may be refused',
    );
  }
}
