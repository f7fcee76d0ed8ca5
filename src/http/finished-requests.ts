import type { FastifyInstance, FastifyRequest } from 'fastify';
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

/** Tells the watchers of each request that has been answered, or given up. */
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
