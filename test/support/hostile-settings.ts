import type { TestDatabase } from './database.js';

interface Setting {
  readonly name: string;
  readonly kind: 'bool' | 'enum' | 'integer' | 'real' | 'string';
  readonly value: string;
  readonly min: string | null;
  readonly max: string | null;
  readonly words: string[] | null;
}

/** Values by name of setting. */
export type Values = Readonly<Record<string, string>>;

/** Harmful values of text settings. */
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  DateStyle: ['German', 'SQL, DMY', 'Postgres, MDY'],
  TimeZone: ['<odd>1:02', 'Pacific/Kiritimati', 'America/St_Johns'],
  client_encoding: ['LATIN1', 'SQL_ASCII', 'EUC_JP'],
  timezone_abbreviations: ['Australia', 'India'],
  application_name: ['owner: process 1'],
  createrole_self_grant: ['set, inherit'],
  default_text_search_config: ['pg_catalog.german'],
  lc_messages: ['POSIX'],
  lc_monetary: ['C.UTF-8'],
  lc_numeric: ['C.UTF-8'],
  lc_time: ['C.UTF-8'],
  restrict_nonsystem_relation_kind: ['view, foreign-table'],
  wal_consistency_checking: ['all'],
};
const ANY_TEXT = ['nonsense'];

/** Harmful values of numeric settings that are neither the smallest nor the largest. */
const NUMBERS: Readonly<Record<string, readonly string[]>> = {
  statement_timeout: ['100'],
  lock_timeout: ['1'],
  transaction_timeout: ['500'],
  idle_in_transaction_session_timeout: ['100'],
  idle_session_timeout: ['100'],
  tcp_user_timeout: ['1000'],
  // Allocated at once for each connection.
  temp_buffers: ['100'],
};

/**
 * With missing libraries the server refuses connections and
 * says why; the others can only be set in a transaction.
 */
const LEFT_OUT = new Set([
  'local_preload_libraries',
  'session_preload_libraries',
  'transaction_deferrable',
  'transaction_isolation',
  'transaction_read_only',
]);

/** Settings with which the service does not start; each has its own test. */
const REFUSED = new Set(['default_transaction_read_only', 'session_replication_role', 'search_path']);

/** Every setting of a database or a role, with all its harmful values. */
async function harmfulValues(database: TestDatabase): Promise<Map<string, readonly string[]>> {
  const settings = await database.rows<Setting>(
    `SELECT name, vartype AS kind, setting AS value, min_val AS min, max_val AS max, enumvals AS words
       FROM pg_settings WHERE context IN ('user', 'superuser') ORDER BY name`,
  );
  const tried = settings.filter(({ name }) => !LEFT_OUT.has(name) && !REFUSED.has(name));
  return new Map(tried.map((setting) => [setting.name, valuesOf(setting)]));
}

function valuesOf({ name, kind, value, min, max, words }: Setting): readonly string[] {
  if (kind === 'bool') return [value === 'on' ? 'off' : 'on'];
  if (kind === 'enum') return othersOf(words ?? [], value);
  if (kind !== 'string')
    return NUMBERS[name] ?? [String(min), String(max)].filter((number) => number !== value);
  return TEXTS[name] ?? ANY_TEXT;
}

/** All values, or the first and the last of many, which are log levels. */
function othersOf(words: readonly string[], value: string): readonly string[] {
  const others = words.filter((word) => word !== value);
  return others.length > 4 ? [...others.slice(0, 1), ...others.slice(-1)] : others;
}

/**
 * Rounds of settings. Each harmful value is in one of them, and each setting keeps its default in others, so
 * that no setting hides the effect of another one.
 */
export async function hostileRounds(database: TestDatabase): Promise<Values[]> {
  const settings = [...(await harmfulValues(database))];
  const rounds = Math.max(...settings.map(([, values]) => values.length));
  return Array.from({ length: rounds }, (_, round) =>
    Object.fromEntries(
      settings.flatMap(([name, values]) => {
        const value = values[round % (values.length + 1)];
        return value === undefined ? [] : [[name, value]];
      }),
    ),
  );
}

/**
 * Gives the roles these settings and no others. A value that this
 * server does not support, such as a compression, is skipped.
 */
export async function giveSettings(
  database: TestDatabase,
  roles: readonly string[],
  values: Values,
): Promise<void> {
  for (const role of roles) {
    await database.rows(`ALTER ROLE ${role} RESET ALL`);
    await database.rows(`DO $do$ DECLARE given record; BEGIN
      FOR given IN SELECT * FROM json_each_text('${JSON.stringify(values)}') LOOP
        BEGIN EXECUTE format('ALTER ROLE ${role} SET %I = %L', given.key, given.value);
        EXCEPTION WHEN invalid_parameter_value OR feature_not_supported OR undefined_object THEN NULL; END;
      END LOOP; END $do$`);
  }
}
