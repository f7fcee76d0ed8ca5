/**
 * `npm run test:pgbouncer` puts PgBouncer in front of the tests' PostgreSQL. The service connects through
 * it; the tests' direct connections do not.
 */
const { TEST_POOLER_URL } = process.env;

/** Whether the connections of the service can prepare statements: not through PgBouncer before 1.21. */
export const PREPARES = TEST_POOLER_URL === undefined;

/** The URL that the service uses for a database. */
export function throughPooler(databaseUrl: string): string {
  if (TEST_POOLER_URL === undefined) return databaseUrl;
  return Object.assign(new URL(databaseUrl), { host: new URL(TEST_POOLER_URL).host }).href;
}

/** A program's variables, with URLs of the tests' server replaced by those of the pooler. */
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
