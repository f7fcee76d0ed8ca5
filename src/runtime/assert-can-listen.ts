import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Env } from '../config/env.js';
import { BadConfigurationError } from '../config/load-env.js';

/**
 * Tries the addresses of the service, before it waits for a database or creates one.
 * @throws BadConfigurationError that names the wrong variables; Error if a port is taken.
 */
export async function assertCanListen({ PORT, HOST, METRICS_PORT, METRICS_HOST }: Env): Promise<void> {
  const faults = [await listenFault('', PORT, HOST)];
  if (METRICS_PORT !== undefined) faults.push(await listenFault('METRICS_', METRICS_PORT, METRICS_HOST));
  const found = faults.filter((fault) => fault !== undefined);
  if (found.length > 0) throw new BadConfigurationError(found);
}

/** @param prefix of the names of the variables. */
async function listenFault(prefix: string, port: number, host: string): Promise<string | undefined> {
  const server = createServer();
  try {
    server.listen({ port, host, exclusive: true });
    await once(server, 'listening');
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      const advice = `Stop whatever listens there, or set ${prefix}PORT (0 picks a free one).`;
      throw new Error(`Port ${port} on ${host} is taken. ${advice}`);
    }
    if (code === 'EACCES')
      return `${prefix}PORT needs rights that this user does not have: set 1024 or higher`;
    return `${prefix}HOST is not an address of this machine (${code})`;
  } finally {
    server.close();
  }
}
