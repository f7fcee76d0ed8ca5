import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';

/** One line a request, when it is over. Routes, not URLs: a query may hold what nobody else should read. */
export function logRequests(fastify: FastifyInstance, logger: Logger): void {
  if (!logger.isLevelEnabled('info')) return;
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.raw.once('close', () => {
      logger[levelOf(request)](describe(request, reply), 'request');
    });
    done();
  });
}

/** Load balancers ask for the health all day long. */
function levelOf({ routeOptions }: FastifyRequest): 'debug' | 'info' {
  return routeOptions.url?.startsWith('/health/') ? 'debug' : 'info';
}

function describe(request: FastifyRequest, reply: FastifyReply) {
  const { user } = request as { user?: { id: number } };
  return {
    request_id: request.id,
    method: request.method,
    route: request.routeOptions.url ?? '(none)',
    status: reply.statusCode,
    ms: Math.round(reply.elapsedTime * 10) / 10,
    user_id: user?.id,
    // The client went away before the answer was sent; what it asked for may have been done.
    ...(reply.raw.writableFinished ? {} : { aborted: true }),
  };
}
