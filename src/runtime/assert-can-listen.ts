import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Env } from '../config/env.js';
import { BadConfigurationError } from '../config/load-env.js';

/**
 * Listens for a moment wherever the service is going to, before it makes or asks for a database.
 * @throws BadConfigurationError that names the variables which make it impossible.
 */
export async function assertCanListen({ PORT, HOST, METRICS_PORT, METRICS_HOST }: Env): Promise<void> {
  const faults = [
    await listenFault('PORT', PORT, 'HOST', HOST),
    METRICS_PORT === undefined
      ? undefined
      : await listenFault('METRICS_PORT', METRICS_PORT, 'METRICS_HOST', METRICS_HOST),
  ].filter((fault) => fault !== undefined);
  if (faults.length > 0) throw new BadConfigurationError(faults);
}

async function listenFault(
  portName: string,
  port: number,
  hostName: string,
  host: string,
): Promise<string | undefined> {
  const server = createServer();
  try {
    server.listen({ port, host, exclusive: true });
    await once(server, 'listening');
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw new Error(
        `Port ${port} on ${host} is taken. Stop whatever listens there, or set ${portName} (0 picks a ` +
          'free one).',
      );
    }
    if (code === 'EACCES') return `${portName} needs rights that this user does not have: set 1024 or higher`;
    return `${hostName} is no address of this machine (${code})`;
  } finally {
    server.close();
  }
}
