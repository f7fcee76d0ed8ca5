import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { ProblemBody } from './api-types.js';
import { mustBeProblem } from './contract.js';
import { readAnswers } from './raw-answers.js';

/**
 * A TCP connection to the service that can send any bytes in any
 * pieces. Every refusal that it gets has to be a problem.
 */
export class Connection {
  received = '';
  isClosed = false;
  /** All received text, once the service has closed the connection. */
  readonly closed: Promise<string>;

  private constructor(readonly socket: Socket) {
    this.closed = new Promise((resolve) => {
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => (this.received += chunk.toString()));
      socket.on('close', () => {
        this.isClosed = true;
        for (const answer of readAnswers(this.received)) mustBeProblem(answer);
        resolve(this.received);
      });
    });
  }

  static async open({ url }: { readonly url: string }, bytes: string | Buffer = ''): Promise<Connection> {
    const { hostname, port } = new URL(url);
    const connection = new Connection(connect(Number(port), hostname));
    await once(connection.socket, 'connect');
    if (bytes.length > 0) connection.socket.write(bytes);
    return connection;
  }

  /** The statuses of the answers so far. */
  get statuses(): number[] {
    return [...this.received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  }

  /** The bodies of the problems so far. */
  get problems(): ProblemBody[] {
    return [...this.received.matchAll(/^\{"type":"\/problems\/.*?\}(?=HTTP|$)/gm)].map(
      ([text]) => JSON.parse(text) as ProblemBody,
    );
  }
}
