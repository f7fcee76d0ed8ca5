import type { FastifyReply, FastifyRequest } from 'fastify';
import { Histogram } from 'prom-client';
import { METHODS } from '../../http/problems/route-table.js';
import { isStream } from '../../health/request.drain.js';

const LABELLED_METHODS = new Set(['OPTIONS', ...METHODS]);

/** Whatever clients send, the labels are those of methods and routes that exist. */
export function httpMetrics(): (request: FastifyRequest, reply: FastifyReply) => void {
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'From the headers of a request to the end of its answer, by route template.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  });
  const children = new Map<string, Histogram.Internal<string>>();

  return (request, { raw, statusCode, elapsedTime }) => {
    if (isStream(request) && statusCode === 200) return;
    const method = LABELLED_METHODS.has(request.method) ? request.method : 'OTHER';
    const route = request.routeOptions.url ?? 'unmatched';
    const status = raw.writableFinished ? String(statusCode) : 'aborted';
    const key = `${method} ${route} ${status}`;
    let child = children.get(key);
    if (child === undefined) children.set(key, (child = durations.labels(method, route, status)));
    child.observe(elapsedTime / 1000);
  };
}
