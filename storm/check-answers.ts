/** No request may take longer, whatever the fault. */
const ANSWER_MS_MAX = 10_000;

/** The requests of clients, and the answers documented for them. */
const DOCUMENTED = {
  'POST /orders': [
    '201',
    '409 not-on-sale',
    '409 purchase-limit-exceeded',
    '409 insufficient-stock',
    '409 price-changed',
    '503 service-unavailable',
  ],
  'GET /orders/{id}': ['200', '503 service-unavailable'],
  'GET /products': ['200', '503 service-unavailable'],
  'PATCH /orders/{id}/cancel': ['200', '409 invalid-transition', '503 service-unavailable'],
  'PATCH /orders/{id}/confirm': ['200', '409 invalid-transition', '503 service-unavailable'],
  'POST /products': ['201', '503 service-unavailable'],
  'PATCH /products/{id}': ['200', '409 insufficient-stock', '503 service-unavailable'],
} as const satisfies Record<string, readonly string[]>;

export type Route = keyof typeof DOCUMENTED;

/** One request and its answer. */
export interface Call {
  readonly route: Route;
  readonly startedAt: number;
  readonly endedAt: number;
  /** Undefined if the connection was lost, or refused by a killed process. */
  readonly status?: number | undefined;
  /** The problem's code. */
  readonly code?: string | undefined;
  readonly requestId?: string | undefined;
  readonly hasRetryAfter?: boolean;
}

/** @returns what is wrong with the answer, if anything. */
export function faultOfCall(call: Call): string | undefined {
  const { route, startedAt, endedAt, status, code, requestId = 'none', hasRetryAfter } = call;
  if (endedAt - startedAt > ANSWER_MS_MAX) {
    return `${route} took ${Math.round(endedAt - startedAt)} ms (${answerOf(call)}, request ${requestId})`;
  }
  if (status === undefined) return undefined;
  const isDocumented = (DOCUMENTED[route] as readonly string[]).includes(answerOf(call));
  if (!isDocumented) return `${route} answered ${answerOf(call)} (request ${requestId})`;
  if (status === 503 && hasRetryAfter !== true) return `${route} answered 503 ${code} without Retry-After`;
  return undefined;
}

function answerOf({ status, code }: Call): string {
  return status === undefined ? 'no answer' : [status, code].filter(Boolean).join(' ');
}
