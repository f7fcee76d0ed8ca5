import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Socket } from 'node:net';

/**
 * Bounds the bodies that are still arriving, each of which may take the body limit in memory. One too many
 * cuts off the slowest with 408: honest bodies take milliseconds, so nobody can shut others out.
 */
export function limitUnfinishedBodies(
  fastify: FastifyInstance,
  max: number,
  refuse: (socket: Socket) => void,
): void {
  /** In order of arrival. */
  const unfinished = new Set<FastifyReply>();

  const cutOff = (reply: FastifyReply) => {
    unfinished.delete(reply);
    const { socket } = reply.request.raw;
    if (reply.raw.headersSent) socket.destroy();
    else refuse(socket);
  };
  // Nearly all bodies have arrived by the next tick.
  const addIfUnfinished = ({ raw }: FastifyRequest, reply: FastifyReply) => {
    if (raw.complete || raw.destroyed) return;
    unfinished.add(reply);
    raw.once('close', () => unfinished.delete(reply));
    const [oldest] = unfinished;
    if (unfinished.size > max && oldest) cutOff(oldest);
  };
  fastify.addHook('onRequest', (request, reply, done) => {
    if (hasBody(request)) process.nextTick(addIfUnfinished, request, reply);
    done();
  });
}

/** RFC 9112, 6: a message has a body if one of these headers announces it. */
function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}
