import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { type ServerResponse, STATUS_CODES } from 'node:http';
import { DomainError } from './domain-error.js';
import { problemFor } from './problem.js';
import { type ProblemCode, PROBLEMS } from './problem-catalogue.js';

const CODE_OF_PARSER_ERROR: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'header-fields-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
};

/** How long a refused client has to read why, before its connection is cut even if it goes on sending. */
const LINGER_MS = 1_000;

/** Ends connections with a problem, where there is no request or only half of one: the answer is written by hand. */
export class ClientErrors {
  /** @param commonHeaders those of every answer, which no hook adds here. */
  constructor(private readonly commonHeaders: Readonly<Record<string, string>>) {}

  /**
   * Answers what Node's HTTP parser refuses. A request before it on the same connection that has been
   * taken up is answered first and alone: its client must learn what became of it.
   */
  answer(error: NodeJS.ErrnoException, socket: Socket): void {
    const earlier = responseInProgress(socket);
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
    else if (earlier) earlier.once('close', () => socket.destroySoon());
    else this.refuse(CODE_OF_PARSER_ERROR[error.code ?? ''] ?? 'malformed-request', socket);
  }

  refuse(code: ProblemCode, socket: Socket): void {
    const requestId = randomUUID();
    const problem = problemFor(new DomainError(code, PROBLEMS[code].meaning), requestId);
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
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  }
}

/** Node keeps the response that a connection is waiting for on its socket; nothing public tells it. */
function responseInProgress(socket: Socket): ServerResponse | undefined {
  const { _httpMessage: response } = socket as Socket & { _httpMessage?: ServerResponse | null };
  return response?.req.complete && !response.writableFinished ? response : undefined;
}
