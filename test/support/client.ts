import { mustKeepContract } from './contract.js';

/** A response with its body parsed. */
export interface Answer<Body = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
  readonly text: string;
}

export interface CallOptions {
  readonly headers?: Record<string, string>;
  readonly json?: unknown;
  readonly body?: string | Uint8Array | FormData | URLSearchParams;
}

/** A client of the REST API, signed in or not. Every response must match `openapi.json`. */
export class Client {
  constructor(
    private readonly baseUrl: () => string,
    readonly token?: string,
    private readonly isOfApi = true,
  ) {}

  /** A client of the operator's port, which `openapi.json` does not describe. */
  static ofOperations(baseUrl: () => string): Client {
    return new Client(baseUrl, undefined, false);
  }

  as(token: string): Client {
    return new Client(this.baseUrl, token);
  }

  get<Body>(path: string, options?: CallOptions): Promise<Answer<Body>> {
    return this.call<Body>('GET', path, options);
  }

  post<Body>(path: string, json?: unknown, options?: CallOptions): Promise<Answer<Body>> {
    return this.call<Body>('POST', path, { ...options, json });
  }

  patch<Body>(path: string, json?: unknown, options?: CallOptions): Promise<Answer<Body>> {
    return this.call<Body>('PATCH', path, { ...options, json });
  }

  delete(path: string): Promise<Answer<unknown>> {
    return this.call('DELETE', path);
  }

  async call<Body>(
    method: string,
    path: string,
    { headers = {}, json, body }: CallOptions = {},
  ): Promise<Answer<Body>> {
    const response = await fetch(this.baseUrl() + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...(this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }),
        ...headers,
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      ...(body === undefined ? {} : { body }),
    });
    const text = await textOf(response);
    if (this.isOfApi)
      mustKeepContract(method, path, { status: response.status, headers: response.headers, text });
    const isJson = text !== '' && /json/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      headers: response.headers,
      body: (isJson ? JSON.parse(text) : undefined) as Body,
      text,
    };
  }
}

/** A stream has no end, so only what comes first is read, up to the end of an event. */
async function textOf(response: Response): Promise<string> {
  if (response.headers.get('content-type') !== 'text/event-stream') return response.text();
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (text.includes('\n\n')) break;
  }
  return text.slice(0, text.lastIndexOf('\n\n') + 2);
}
