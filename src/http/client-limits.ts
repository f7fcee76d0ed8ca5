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
/** Clients that are remembered at a time; beyond that, those that were quiet longest are forgotten. */
const CLIENTS_MAX = 20_000;
const DROP_LOG_INTERVAL_MS = 60_000;

/**
 * Counts the requests of each client (`clientAddress`), and answers 429 beyond the limit. It
 * is a coarse one, per process and in memory: what must hold across processes lives in PostgreSQL.
 * @param perMinute requests; 0 counts nothing and costs nothing.
 */
export async function limitRequestRate(fastify: FastifyInstance, perMinute: number): Promise<void> {
  if (perMinute === 0) return;
  await fastify.register(rateLimit, {
    global: false,
    enableDraftSpec: true,
    max: perMinute,
    timeWindow: WINDOW_MS,
    cache: CLIENTS_MAX,
    keyGenerator: clientAddress,
    // A flood must not make those who watch the service take it for dead; a probe costs next to nothing.
    allowList: ({ routeOptions }) => routeOptions.url?.startsWith('/health/') === true,
    errorResponseBuilder: (_request, { ttl }) =>
      new DomainError('too-many-requests', undefined, { retry_after: Math.ceil(ttl / 1000) }),
  });
  // A hook, not an option of each route, so that unknown routes count too.
  fastify.addHook('onRequest', fastify.rateLimit());
}

/**
 * Connections of one process, kept-alive ones included; the next one is closed at once, and the log says so. Counted
 * here: a worker's `server.maxConnections` would not close it but hand it back, and the primary to the next worker.
 */
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
