import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { RequestServer } from './workers/request-server.js';

const CONNECTIONS_MAX = 50;
const REQUEST_TIMEOUT_MS = 5_000;

type Sources = Pick<RequestServer, 'isReady' | 'metrics'>;
type Page = readonly [status: number, text: string, type?: string];

/** Serves metrics and health on METRICS_PORT until the process ends, apart from the clients of the API. */
export async function startOperationsServer(port: number, host: string, sources: Sources): Promise<Server> {
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    void pageFor(request, sources).then(([status, text, type = 'text/plain; charset=utf-8']) => {
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(text);
    });
  });
  server.maxConnections = CONNECTIONS_MAX;
  server.listen(port, host);
  await once(server, 'listening');
  return server;
}

async function pageFor({ method = '', url = '' }: IncomingMessage, sources: Sources): Promise<Page> {
  switch (/^(GET|HEAD)$/.test(method) ? url.replace(/\?.*/, '') : '') {
    case '/health/live':
      return [200, 'ok\n'];
    case '/health/ready':
      return (await sources.isReady()) ? [200, 'ok\n'] : [503, 'not ready\n'];
    case '/metrics':
      return sources.metrics().then(
        (text): Page => [200, text, 'text/plain; version=0.0.4; charset=utf-8'],
        (): Page => [503, 'not available\n'],
      );
    default:
      return [404, 'this port serves /metrics, /health/live and /health/ready\n'];
  }
}
