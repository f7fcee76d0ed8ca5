import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { traces } from '../common/observation.js';

export interface FinishedRequest {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Such as `/orders/:id`. */
  readonly route: string | undefined;
  readonly status: number;
  readonly durationMs: number;
  readonly userId: number | undefined;
  /** The client went away before the answer was sent. */
  readonly isAborted: boolean;
}

export interface RequestWatcher {
  onEnd(finished: FinishedRequest): void;
}

export function watchRequests(fastify: FastifyInstance, watchers: readonly RequestWatcher[]): void {
  if (watchers.length === 0) return;
  fastify.addHook('onRequest', (request, reply, done) => {
    const tell = () => {
      const finished = describe(request, reply);
      for (const watcher of watchers) watcher.onEnd(finished);
    };
    reply.raw.once('close', traces.bind(tell));
    done();
  });
}

function describe(request: FastifyRequest, reply: FastifyReply): FinishedRequest {
  return {
    request,
    reply,
    route: request.routeOptions.url,
    status: reply.statusCode,
    durationMs: reply.elapsedTime,
    userId: request.user?.id,
    isAborted: !reply.raw.writableFinished,
  };
}
