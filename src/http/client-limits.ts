import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import { DomainError } from '../common/domain-error.js';
import { clientAddress } from './client-address.js';

/** Characters; longer URLs are refused with 414. RFC 9110, 4.1, asks for at least 8,000. */
export const URL_LENGTH_MAX = 8_000;
/** Of all headers together; larger ones are refused with 431. */
export const HEADERS_LIMIT_BYTES = 16 * 1024;
/** Characters of `If-Match` and of `If-None-Match`, room for hundreds of tags; longer ones are 431. */
export const TAGS_LENGTH_MAX = 4_000;
const WINDOW_MS = 60_000;
/** Beyond this number, the least recently seen clients are forgotten. */
const CLIENTS_MAX = 20_000;
const DROP_LOG_INTERVAL_MS = 60_000;

/** Counts in memory, per process; limits that must hold across processes are counted in PostgreSQL. */
export async function limitRequestRate(fastify: FastifyInstance, perMinute: number): Promise<void> {
  if (perMinute === 0) return;
  await fastify.register(rateLimit, {
    global: false,
    enableDraftSpec: true,
    max: perMinute,
    timeWindow: WINDOW_MS,
    cache: CLIENTS_MAX,
    keyGenerator: clientAddress,
    // A flood must not make health probes fail.
    allowList: ({ routeOptions }) => routeOptions.url?.startsWith('/health/') === true,
    errorResponseBuilder: (_request, { ttl }) =>
      new DomainError('too-many-requests', undefined, { retry_after: Math.ceil(ttl / 1000) }),
  });
  // A hook also counts unknown routes.
  fastify.addHook('onRequest', fastify.rateLimit());
}

/** Node's `server.maxConnections` would hand a connection on to the next worker instead of closing it. */
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
