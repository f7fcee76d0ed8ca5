import type { FastifyInstance } from 'fastify';
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { type ServerResponse, STATUS_CODES } from 'node:http';
import { DomainError } from '../../common/domain-error.js';
import { lingerOn } from '../lingering-close.js';
import { problemFor } from './problem.js';
import type { ProblemCode } from '../../common/problem-catalogue.js';

const CODE_OF_PARSER_ERROR: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'header-fields-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
};

/** An unanswered request, and the one before it on the same connection. */
interface InProgress {
  readonly response: ServerResponse;
  readonly before: ServerResponse | undefined;
}

/** Writes the answer to the socket if there is no request, or only half of one. */
export class ClientErrors {
  /** The latest request of each connection. All earlier ones have been received in full. */
  private readonly latest = new WeakMap<Socket, InProgress>();

  /** @param commonHeaders those of every answer, which no hook can add here. */
  constructor(private readonly commonHeaders: Readonly<Record<string, string>>) {}

  /** Must be called before any hook that may wait is added. */
  watch(fastify: FastifyInstance): void {
    fastify.addHook('onRequest', ({ socket }, { raw: response }, done) => {
      this.latest.set(socket, { response, before: this.latest.get(socket)?.response });
      response.once('close', () => {
        const isLatest = this.latest.get(socket)?.response === response;
        if (isLatest && response.req.complete) this.latest.delete(socket);
      });
      done();
    });
  }

  /** If an earlier request on the same connection is still being processed, only that one is answered. */
  answer(error: NodeJS.ErrnoException, socket: Socket): void {
    const earlier = this.processedOn(socket);
    if (error.code === 'ECONNRESET' || !socket.writable || this.hasAnswered(socket)) socket.destroy();
    else if (earlier) earlier.once('close', () => socket.destroySoon());
    else this.refuse(CODE_OF_PARSER_ERROR[error.code ?? ''] ?? 'malformed-request', socket);
  }

  refuse(code: ProblemCode, socket: Socket): void {
    const requestId = randomUUID();
    const problem = problemFor(new DomainError(code), requestId);
    const body = JSON.stringify(problem.body);
    const headers = Object.entries({
      ...this.commonHeaders,
      ...problem.headers,
      'x-request-id': requestId,
      'content-length': String(Buffer.byteLength(body)),
      connection: 'close',
    });
    socket.end(
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}\r\n` +
        headers.map(([name, value]) => `${name}: ${value}\r\n`).join('') +
        `\r\n${body}`,
    );
    lingerOn(socket);
  }

  /** Whether the incomplete request already has its answer. */
  private hasAnswered(socket: Socket): boolean {
    const { response } = this.latest.get(socket) ?? {};
    return response !== undefined && response.headersSent && !response.req.complete;
  }

  /** The latest complete request that is still being processed; Node sends earlier responses first. */
  private processedOn(socket: Socket): ServerResponse | undefined {
    const { response, before } = this.latest.get(socket) ?? {};
    const complete = response?.req.complete ? response : before;
    return complete?.writableFinished ? undefined : complete;
  }
}
