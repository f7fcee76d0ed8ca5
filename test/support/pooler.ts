/**
 * `npm run test:pgbouncer` puts PgBouncer in front of the tests' PostgreSQL: what belongs to the service
 * connects through it, and what tests do past the service does not.
 */
const { TEST_POOLER_URL } = process.env;

/** Whether the connections of the service can prepare statements: not through PgBouncer before 1.21. */
export const PREPARES = TEST_POOLER_URL === undefined;

/** A database's URL as the service is to use it. */
export function throughPooler(databaseUrl: string): string {
  if (TEST_POOLER_URL === undefined) return databaseUrl;
  return Object.assign(new URL(databaseUrl), { host: new URL(TEST_POOLER_URL).host }).href;
}

/** The variables of a program of ours, led through the pooler where they name the server of the tests. */
export function pooled(variables: Record<string, string>): Record<string, string> {
  if (TEST_POOLER_URL === undefined) return variables;
  const { DATABASE_URL = '' } = variables;
  return {
    DATABASE_PREPARED_STATEMENTS: 'false',
    ...variables,
    ...(isTestServer(DATABASE_URL) ? { DATABASE_URL: throughPooler(DATABASE_URL) } : {}),
  };
}

function isTestServer(url: string): boolean {
  return URL.canParse(url) && new URL(url).host === new URL(process.env.TEST_TEMPLATE_URL ?? '').host;
}
