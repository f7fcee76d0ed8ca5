import type { ClientConfig } from 'pg';
import { SessionClient } from './session-client.js';

/** Uses a connection outside the pool. Connecting, and by default each statement, takes 5 s at most. */
export async function withConnection<T>(
  connectionString: string,
  work: (client: SessionClient) => Promise<T>,
  options: Pick<ClientConfig, 'application_name' | 'query_timeout'> = {},
): Promise<T> {
  const client = new SessionClient({
    connectionString,
    connectionTimeoutMillis: 5_000,
    query_timeout: 5_000,
    ...options,
  });
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
