import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { traces } from '../common/observation.js';

export interface FinishedRequest {
  readonly request: FastifyRequest;
  /** Such as `/orders/:id`. */
  readonly route: string | undefined;
  readonly status: number;
  readonly durationMs: number;
  /** The client went away before the answer was sent. */
  readonly isAborted: boolean;
}

export type RequestWatcher = (finished: FinishedRequest) => void;

export function watchRequests(fastify: FastifyInstance, watchers: readonly RequestWatcher[]): void {
  if (watchers.length === 0) return;
  fastify.addHook('onRequest', (request, reply, done) => {
    const tell = () => {
      const route = request.routeOptions.url;
      const isAborted = !reply.raw.writableFinished;
      const finished = { request, route, status: reply.statusCode, durationMs: reply.elapsedTime, isAborted };
      for (const watcher of watchers) watcher(finished);
    };
    reply.raw.once('close', traces.bind(tell));
    done();
  });
}

/** One line a request. Routes, not URLs: a query may hold what nobody else should read. */
export function requestLog(logger: Logger): RequestWatcher {
  return ({ request, route, status, durationMs, isAborted }) => {
    // Load balancers ask for the health all day long.
    const level = route?.startsWith('/health/') ? 'debug' : 'info';
    const fields = {
      request_id: request.id,
      method: request.method,
      route: route ?? '(none)',
      status,
      duration_ms: Math.round(durationMs * 10) / 10,
      user_id: request.user?.id,
      ...(isAborted ? { aborted: true } : {}),
    };
    logger[level](fields, 'request');
  };
}
