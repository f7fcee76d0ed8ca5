import type { Logger } from 'pino';
import type { FinishedRequest, RequestWatcher } from './watch-requests.js';

/** One line a request. Routes, not URLs: a query may hold what nobody else should read. */
export function requestLog(logger: Logger): RequestWatcher[] {
  if (!logger.isLevelEnabled('info')) return [];
  return [{ onEnd: (finished) => logger[levelOf(finished)](describe(finished), 'request') }];
}

/** Load balancers ask for the health all day long. */
function levelOf({ route }: FinishedRequest): 'debug' | 'info' {
  return route?.startsWith('/health/') ? 'debug' : 'info';
}

function describe({ request, route, status, durationMs, userId, isAborted }: FinishedRequest) {
  return {
    request_id: request.id,
    method: request.method,
    route: route ?? '(none)',
    status,
    duration_ms: Math.round(durationMs * 10) / 10,
    user_id: userId,
    ...(isAborted ? { aborted: true } : {}),
  };
}
