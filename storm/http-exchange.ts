import { Agent, type IncomingMessage, request } from 'node:http';
import type { Call, Route } from './check-answers.js';
import { now } from './clock.js';

/** Longer than any answer may take, so that slow answers are detected as such. */
const GIVE_UP_MS = 20_000;
const CONNECTIONS_MAX = 1_024;

/** Not requested by clients during the storm. */
type OtherRoute =
  'POST /register' | 'POST /login' | 'POST /webhooks' | 'POST /webhooks/{id}/replay' | 'PATCH /webhooks/{id}';

export interface Ask {
  readonly route: Route | OtherRoute;
  readonly id?: number;
  readonly token?: string;
  readonly key?: string;
  readonly json?: unknown;
}

/** The answer; `status` is undefined if there was none. */
export interface Reply extends Omit<Call, 'route'> {
  readonly body: Record<string, unknown>;
}

const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS_MAX });

/** Sends one request to a process of the service. Never throws: a lost connection is an answer too. */
export async function exchange(baseUrl: string, ask: Ask): Promise<Reply> {
  const startedAt = now();
  try {
    const { response, text } = await send(baseUrl, ask);
    const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
    return {
      startedAt,
      endedAt: now(),
      status: response.statusCode,
      code: response.statusCode === 200 || response.statusCode === 201 ? undefined : String(body.code),
      requestId: response.headers['x-request-id'] as string | undefined,
      hasRetryAfter: response.headers['retry-after'] !== undefined,
      body,
    };
  } catch {
    return { startedAt, endedAt: now(), body: {} };
  }
}

function send(
  baseUrl: string,
  { route, id, token, key, json }: Ask,
): Promise<{ response: IncomingMessage; text: string }> {
  const [method = '', path = ''] = route.split(' ');
  const body = json === undefined ? '' : JSON.stringify(json);
  const headers = {
    ...(json === undefined ? {} : { 'content-type': 'application/json' }),
    'content-length': Buffer.byteLength(body),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(key === undefined ? {} : { 'idempotency-key': key }),
  };
  return new Promise((resolve, reject) => {
    const url = baseUrl + path.replace('{id}', String(id));
    const signal = AbortSignal.timeout(GIVE_UP_MS);
    const outgoing = request(url, { agent, method, headers, signal }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ response, text })).on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Closes the idle connections. */
export function hangUp(): void {
  agent.destroy();
}
