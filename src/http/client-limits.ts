import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import { DomainError } from '../common/domain-error.js';
import { clientAddress } from './client-address.js';

/** Characters; longer URLs are 414. RFC 9110, 4.1, asks for 8,000 at least. */
export const URL_LENGTH_MAX = 8_000;
/** Of the header section as a whole. Larger ones are 431. */
export const HEADERS_LIMIT_BYTES = 16 * 1024;
/** Characters of `If-Match` and of `If-None-Match`, each room for hundreds of tags. Longer ones are 431. */
export const TAGS_LENGTH_MAX = 4_000;
const WINDOW_MS = 60_000;
/** Beyond that, the clients that were quiet longest are forgotten. */
const CLIENTS_MAX = 20_000;
const DROP_LOG_INTERVAL_MS = 60_000;

/** Counted per process and in memory; what must hold across processes is counted in PostgreSQL. */
export async function limitRequestRate(fastify: FastifyInstance, perMinute: number): Promise<void> {
  if (perMinute === 0) return;
  await fastify.register(rateLimit, {
    global: false,
    enableDraftSpec: true,
    max: perMinute,
    timeWindow: WINDOW_MS,
    cache: CLIENTS_MAX,
    keyGenerator: clientAddress,
    // A flood must not make the service look dead.
    allowList: ({ routeOptions }) => routeOptions.url?.startsWith('/health/') === true,
    errorResponseBuilder: (_request, { ttl }) =>
      new DomainError('too-many-requests', undefined, { retry_after: Math.ceil(ttl / 1000) }),
  });
  // As a hook it counts unknown routes too.
  fastify.addHook('onRequest', fastify.rateLimit());
}

/** A worker's own `server.maxConnections` would not close a connection but hand it to the next worker. */
export function limitConnections(fastify: FastifyInstance, max: number, logger: Logger): void {
  let open = 0;
  let quietUntil = 0;
  fastify.server.on('connection', (socket: Socket) => {
    open += 1;
    socket.once('close', () => (open -= 1));
    if (open <= max) return;
    socket.destroy();
    if (Date.now() < quietUntil) return;
    quietUntil = Date.now() + DROP_LOG_INTERVAL_MS;
    logger.warn({ connections: max }, 'refusing connections: MAX_CONNECTIONS are open');
  });
}
