import type { FastifyInstance } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { BODY_LIMIT_BYTES } from './body-parser.js';

/** How much of an already answered request is read and dropped. */
const DROPPED_MAX_BYTES = 32 * 1024 * 1024;
/** How long it may pause, and how long it may take in all. */
const IDLE_MAX_MS = 5_000;
const LINGER_MAX_MS = 30_000;

/**
 * A client that is still sending when its connection is closed may never see the answer (RFC 9112, 9.6).
 * So only our side is closed at first, and the rest of the request is read and dropped.
 */
export function answerBeforeBodiesEnd({ server }: FastifyInstance): void {
  // Runs before Fastify, which may answer at once.
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    // Runs before Node's own listener for the end of an answer, which closes the connection.
    response.once('prefinish', () => {
      if (!request.complete) dropRest(request);
    });
  });
  // RFC 9110, 10.1.1. Unknown expectations are ignored.
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (Number(request.headers['content-length'] ?? 0) <= BODY_LIMIT_BYTES) response.writeContinue();
    server.emit('request', request, response);
  });
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
}

function dropRest(request: IncomingMessage): void {
  const { socket } = request;
  request.on('data', cutBeyond(DROPPED_MAX_BYTES, socket));
  const close = () => {
    Socket.prototype.destroySoon.call(socket);
  };
  // Node calls this after an answer that ends the connection.
  socket.destroySoon = () => {
    limitWait(socket.end());
    if (request.closed) close();
    else request.once('close', close);
  };
}

/** Reads and drops what still arrives after the last answer. */
export function lingerOn(socket: Socket): void {
  socket.removeAllListeners('data');
  socket.on('data', cutBeyond(DROPPED_MAX_BYTES, socket));
  limitWait(socket);
}

function limitWait(socket: Socket): void {
  socket.setTimeout(IDLE_MAX_MS);
  setTimeout(() => socket.destroy(), LINGER_MAX_MS).unref();
}

function cutBeyond(bytes: number, socket: Socket): () => void {
  const limit = socket.bytesRead + bytes;
  return () => {
    if (socket.bytesRead > limit) socket.destroy();
  };
}
