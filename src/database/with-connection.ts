import { Client, type ClientConfig } from 'pg';

/**
 * Works on a connection of its own, outside the pool, that is closed when the work is done. Connecting and, unless
 * told otherwise, each statement take 5 s at most.
 */
export async function withConnection<T>(
  connectionString: string,
  work: (client: Client) => Promise<T>,
  options: Pick<ClientConfig, 'application_name' | 'query_timeout'> = {},
): Promise<T> {
  const client = new Client({
    connectionString,
    connectionTimeoutMillis: 5_000,
    query_timeout: 5_000,
    ...options,
  });
  // A connection that fails between two statements must not end the process; its user learns of it by the next one.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
