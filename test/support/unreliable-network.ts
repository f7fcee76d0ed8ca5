import {
  createServer,
  type IncomingMessage,
  request as send,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * What a client reaches a service through. The first order that comes with a key is passed on, but its answer is
 * lost; when it is sent again there is too much to do; the third time it goes through. So does everything else.
 */
export class UnreliableNetwork {
  private readonly attempts = new Map<string, number>();
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

  /** How often each order was sent. */
  get attemptsOfOrders(): number[] {
    return [...this.attempts.values()];
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const attempt = this.count(request);
    const isFirstOrder = this.attempts.size === 1;
    if (isFirstOrder && attempt === 2) {
      request.resume();
      response.writeHead(503, { 'retry-after': '1', 'content-type': 'text/plain' }).end('Busy.\n');
      return;
    }
    const answer = await this.passOn(request);
    if (isFirstOrder && attempt === 1) {
      answer.destroy();
      response.destroy();
      return;
    }
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    answer.pipe(response);
  }

  /** Which time an order with a key is sent; nothing for other requests. */
  private count({ headers }: IncomingMessage): number | undefined {
    const key = headers['idempotency-key'];
    if (typeof key !== 'string') return undefined;
    const attempt = (this.attempts.get(key) ?? 0) + 1;
    this.attempts.set(key, attempt);
    return attempt;
  }

  private passOn(request: IncomingMessage): Promise<IncomingMessage> {
    const { method, url, headers } = request;
    return new Promise((resolve, reject) => {
      request.pipe(send(this.serviceUrl + url, { method, headers }, resolve).on('error', reject));
    });
  }
}
