import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { STATUS_CODES } from 'node:http';
import { DomainError } from './domain-error.js';
import { problemFor } from './problem.js';
import { type ProblemCode, PROBLEMS } from './problem-catalogue.js';

const CODE_OF_PARSER_ERROR: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'header-fields-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
};

/** Answers what Node's HTTP parser refuses: there is no request yet, so the answer is written by hand. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const code = CODE_OF_PARSER_ERROR[error.code ?? ''] ?? 'malformed-request';
  const problem = problemFor(new DomainError(code, PROBLEMS[code].meaning), randomUUID());
  const body = JSON.stringify(problem.body);
  const headers = Object.entries({
    ...problem.headers,
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  });
  socket.end(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}\r\n` +
      headers.map(([name, value]) => `${name}: ${value}\r\n`).join('') +
      `\r\n${body}`,
  );
}
