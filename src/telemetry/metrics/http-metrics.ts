import { Histogram } from 'prom-client';
import type { RequestWatcher } from '../../http/finished-requests.js';
import { METHODS } from '../../http/problems/route-table.js';
import { isStream } from '../../http/stream-route.js';

const LABELLED_METHODS = new Set(['OPTIONS', ...METHODS]);

/** Whatever clients send, the labels are those of routes that exist. */
export function httpMetrics(): RequestWatcher {
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'From the headers of a request to the end of its answer, by route template.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  });
  const children = new Map<string, Histogram.Internal<string>>();

  return ({ request, route = 'unmatched', status, isAborted, durationMs }) => {
    if (isStream(request) && status === 200) return;
    const method = LABELLED_METHODS.has(request.method) ? request.method : 'OTHER';
    const labels = [method, route, isAborted ? 'aborted' : String(status)] as const;
    const child = children.get(labels.join(' ')) ?? durations.labels(...labels);
    children.set(labels.join(' '), child);
    child.observe(durationMs / 1000);
  };
}
