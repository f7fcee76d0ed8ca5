import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ClientErrors } from './problems/client-errors.js';

/**
 * Bounds the request bodies that are still arriving, each of which may hold up to the body limit in
 * memory. One more than the limit is let in, and the one that has taken longest is cut with 408: an
 * honest body takes milliseconds, so those who send theirs a byte at a time give way, and nobody
 * can shut others out by holding all the places.
 */
export class UnfinishedBodies {
  /** In order of arrival. */
  private readonly replies = new Set<FastifyReply>();

  constructor(
    private readonly max: number,
    private readonly clientErrors: ClientErrors,
  ) {}

  watch(fastify: FastifyInstance): void {
    fastify.addHook('onRequest', (request, reply, done) => {
      if (hasBody(request)) process.nextTick(() => this.addIfUnfinished(request, reply));
      done();
    });
  }

  /** Nearly all bodies come together with their headers, and have been read by the next tick. */
  private addIfUnfinished(request: FastifyRequest, reply: FastifyReply): void {
    if (!request.raw.complete && !request.raw.destroyed) this.add(request, reply);
  }

  /** A request stream closes when its body has been read, and also when its client has gone away. */
  private add(request: FastifyRequest, reply: FastifyReply): void {
    this.replies.add(reply);
    request.raw.once('close', () => this.replies.delete(reply));
    const [oldest] = this.replies;
    if (this.replies.size > this.max && oldest) this.cut(oldest);
  }

  private cut(reply: FastifyReply): void {
    this.replies.delete(reply);
    const { socket } = reply.request.raw;
    if (reply.raw.headersSent) socket.destroy();
    else this.clientErrors.refuse('request-timeout', socket);
  }
}

/** RFC 9112, 6: a message has a body when one of these says so. */
function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}
