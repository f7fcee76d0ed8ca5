import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const CONNECTIONS_MAX = 50;
const REQUEST_TIMEOUT_MS = 5_000;
const TEXT = 'text/plain; charset=utf-8';

export interface OperationsSources {
  /** Must not throw. */
  isReady(): Promise<boolean>;
  /** In the text format of Prometheus, version 0.0.4. */
  metrics(): Promise<string>;
}

interface Page {
  readonly status: number;
  readonly text: string;
  readonly type?: string;
}

/** Metrics and health on METRICS_PORT: open until the process ends, and out of reach of the API's clients. */
export class OperationsServer {
  private constructor(private readonly server: Server) {}

  static async listen(port: number, host: string, sources: OperationsSources): Promise<OperationsServer> {
    const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, ({ method, url }, response) => {
      const isRead = method === 'GET' || method === 'HEAD';
      void (isRead ? pageFor(url ?? '', sources) : nothing()).then((page) => send(response, page));
    });
    server.maxConnections = CONNECTIONS_MAX;
    server.listen(port, host);
    await once(server, 'listening');
    return new OperationsServer(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

async function pageFor(url: string, sources: OperationsSources): Promise<Page> {
  switch (url.replace(/\?.*/, '')) {
    case '/health/live':
      return { status: 200, text: 'ok\n' };
    case '/health/ready':
      return (await sources.isReady()) ? { status: 200, text: 'ok\n' } : { status: 503, text: 'not ready\n' };
    case '/metrics':
      return sources.metrics().then(
        (text) => ({ status: 200, text, type: 'text/plain; version=0.0.4; charset=utf-8' }),
        () => ({ status: 503, text: 'not to be had\n' }),
      );
    default:
      return nothing();
  }
}

function nothing(): Promise<Page> {
  return Promise.resolve({ status: 404, text: '/metrics, /health/live and /health/ready are here\n' });
}

function send(response: ServerResponse, { status, text, type = TEXT }: Page): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(text);
}
