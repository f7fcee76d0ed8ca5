import type { Logger } from 'pino';
import type { RequestWatcher } from '../http/finished-requests.js';

/** One line a request. Routes, not URLs: a query may hold what nobody else should read. */
export function requestLog(logger: Logger): RequestWatcher {
  return ({ request, route, status, durationMs, isAborted }) => {
    // Load balancers ask for the health all day long.
    const level = route?.startsWith('/health/') ? 'debug' : 'info';
    const fields = {
      request_id: request.id,
      method: request.method,
      route: route ?? '(none)',
      status,
      duration_ms: Math.round(durationMs * 10) / 10,
      user_id: request.user?.id,
      ...(isAborted ? { aborted: true } : {}),
    };
    logger[level](fields, 'request');
  };
}
