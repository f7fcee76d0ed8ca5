import {
  createServer,
  type IncomingMessage,
  request as send,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A network between client and service. It passes on the first order and the first change that have a key,
 * but loses their responses. Their second attempt gets 503, and their third one goes through. All other
 * requests go through at once.
 */
export class UnreliableNetwork {
  private readonly attempts = new Map<string, number>();
  /** The key of the first request of each method. */
  private readonly firstKeys = new Map<string, string>();
  private readonly server: Server;

  private constructor(private readonly serviceUrl: string) {
    this.server = createServer((request, response) => {
      this.pass(request, response).catch(() => response.destroy());
    });
  }

  static async start(serviceUrl: string): Promise<UnreliableNetwork> {
    const network = new UnreliableNetwork(serviceUrl);
    await new Promise<void>((resolve) => network.server.listen(0, '127.0.0.1', resolve));
    return network;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** How often each write with a key was sent. */
  get attemptsOfWrites(): number[] {
    return [...this.attempts.values()];
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const attempt = this.count(request);
    const isDisturbed = this.firstKeys.get(request.method ?? '') === request.headers['idempotency-key'];
    if (isDisturbed && attempt === 2) {
      request.resume();
      response.writeHead(503, { 'retry-after': '1', 'content-type': 'text/plain' }).end('Busy.\n');
      return;
    }
    const answer = await this.passOn(request);
    if (isDisturbed && attempt === 1) {
      answer.destroy();
      response.destroy();
      return;
    }
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.pipe(response);
  }

  /** The number of the attempt of a write with a key; undefined for other requests. */
  private count({ method = '', headers }: IncomingMessage): number | undefined {
    const key = headers['idempotency-key'];
    if (typeof key !== 'string') return undefined;
    const attempt = (this.attempts.get(key) ?? 0) + 1;
    this.attempts.set(key, attempt);
    if (!this.firstKeys.has(method)) this.firstKeys.set(method, key);
    return attempt;
  }

  private passOn(request: IncomingMessage): Promise<IncomingMessage> {
    const { method, url, headers } = request;
    return new Promise((resolve, reject) => {
      request.pipe(send(this.serviceUrl + url, { method, headers }, resolve).on('error', reject));
    });
  }
}
