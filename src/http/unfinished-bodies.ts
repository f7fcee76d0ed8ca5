import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Socket } from 'node:net';

/**
 * Bounds the bodies that are still arriving, each of which may take the
 * body limit in memory. One too many cuts the one that has taken longest
 * with 408: honest bodies take milliseconds, so nobody can shut others out.
 */
export class UnfinishedBodies {
  /** In order of arrival. */
  private readonly replies = new Set<FastifyReply>();

  constructor(
    private readonly max: number,
    private readonly refuse: (socket: Socket) => void,
  ) {}

  watch(fastify: FastifyInstance): void {
    fastify.addHook('onRequest', (request, reply, done) => {
      if (hasBody(request)) process.nextTick(() => this.addIfUnfinished(request, reply));
      done();
    });
  }

  /** Nearly all bodies come with their headers. */
  private addIfUnfinished(request: FastifyRequest, reply: FastifyReply): void {
    if (!request.raw.complete && !request.raw.destroyed) this.add(request, reply);
  }

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
    else this.refuse(socket);
  }
}

/** RFC 9112, 6: a message has a body when one of these says so. */
function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}
