import type { OnModuleDestroy } from '@nestjs/common';
import { type LookupAddress, promises as dns } from 'node:dns';
import * as http from 'node:http';
import * as https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { ValidationFailedError } from '../common/domain-error.js';
import type { Env } from '../config/env.js';
import { DeliveryError, deliveryError, NOT_ALLOWED } from './delivery.errors.js';
import { isLoopbackAddress, isPublicAddress } from './public-addresses.js';
import { URL_MAX } from './webhook-endpoint.entity.js';

/** From looking up the name to the end of the answer. */
export const ANSWER_MS_MAX = 5_000;
/** More of an answer is not read. */
const ANSWER_BYTES_MAX = 64 * 1024;
const ANSWER_HEADER_BYTES_MAX = 16 * 1024;
/** Shorter than servers keep a connection open, so that it is not closed just when it is used again. */
const IDLE_CONNECTION_MS = 4_000;
/** Below 1024 are services that are not meant for this; those of HTTP stand in a URL as "". */
const PORT_MIN = 1_024;

type Resolve = (name: string) => Promise<LookupAddress[]>;

interface Message {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

/**
 * The only way by which the service calls addresses that users have given. It
 * connects to no address that it has not checked itself, follows no redirect,
 * believes no wrong certificate, and keeps nothing of an answer but its status.
 */
export class OutboundRequests implements OnModuleDestroy {
  private readonly plain: http.Agent;
  private readonly secure: https.Agent;

  constructor(
    private readonly env: Pick<Env, 'isProduction'>,
    private readonly resolve: Resolve = (name) => dns.lookup(name, { all: true }),
  ) {
    const options = { keepAlive: true, timeout: IDLE_CONNECTION_MS, lookup: this.lookup };
    this.plain = new http.Agent(options);
    this.secure = new https.Agent({ ...options, rejectUnauthorized: true });
  }

  onModuleDestroy(): void {
    this.plain.destroy();
    this.secure.destroy();
  }

  /** @returns the URL in its one normal form. @throws ValidationFailedError if it is never called. */
  checkedUrl(text: string): string {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const fault = url === undefined ? 'must be an absolute URL' : this.faultOf(url);
    if (url !== undefined && fault === undefined) return url.href;
    throw new ValidationFailedError([
      { pointer: '/url', location: 'body', code: 'not-a-callable-url', message: fault ?? '' },
    ]);
  }

  /** @returns the status of the answer. @throws DeliveryError */
  async post(href: string, message: Message): Promise<number> {
    const url = new URL(href);
    // The rules may have become stricter since the URL was accepted.
    if (this.faultOf(url) !== undefined) throw new DeliveryError(NOT_ALLOWED);
    try {
      return await this.send(url, message);
    } catch (error) {
      throw deliveryError(error);
    }
  }

  private send(url: URL, { headers, body, signal }: Message): Promise<number> {
    const isSecure = url.protocol === 'https:';
    const request = (isSecure ? https : http).request(url, {
      method: 'POST',
      agent: isSecure ? this.secure : this.plain,
      maxHeaderSize: ANSWER_HEADER_BYTES_MAX,
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      signal,
    });
    let timer: NodeJS.Timeout;
    const answered = new Promise<number>((resolve, reject) => {
      timer = setTimeout(() => {
        reject(new DeliveryError(TOO_SLOW));
        request.destroy();
      }, ANSWER_MS_MAX);
      request.on('error', reject);
      // Without a listener, Node closes the connection and reports nothing.
      request.once('upgrade', ({ statusCode }, socket) => {
        resolve(statusCode as number);
        socket.destroy();
      });
      request.once('response', (response) => {
        response.on('error', reject);
        discard(response, () => resolve(response.statusCode as number));
      });
      request.end(body);
    });
    return answered.finally(() => clearTimeout(timer));
  }

  /** What is wrong with a URL, in words that follow its name; nothing if it may be called. */
  private faultOf(url: URL): string | undefined {
    const schemes = this.env.isProduction ? ['https:'] : ['https:', 'http:'];
    const address = url.hostname.replace(/^\[(.*)\]$/, '$1');
    if (!schemes.includes(url.protocol)) return `must begin with ${schemes.join('// or ')}//`;
    if (url.username !== '' || url.password !== '') return 'must not contain a name or password';
    if (url.port !== '' && Number(url.port) < PORT_MIN) return `must have no port below ${PORT_MIN}`;
    if (url.href.length > URL_MAX) return `must have ${URL_MAX} characters or fewer`;
    if (isIP(address) !== 0 && !this.mayConnectTo(address)) return 'must not lead to a private address';
    return undefined;
  }

  /** Outside production, receivers may run on the same machine. */
  private mayConnectTo(address: string): boolean {
    return isPublicAddress(address) || (!this.env.isProduction && isLoopbackAddress(address));
  }

  /** Node calls this for each connection to a name, and connects to what it gives and nothing else. */
  private readonly lookup: LookupFunction = (name, { all }, callback) => {
    this.resolve(name).then(
      (addresses) => {
        const [first] = addresses;
        if (first === undefined || !addresses.every(({ address }) => this.mayConnectTo(address))) {
          return callback(new DeliveryError(NOT_ALLOWED), []);
        }
        return all ? callback(null, addresses) : callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    );
  };
}

const TOO_SLOW = `It did not answer within ${ANSWER_MS_MAX / 1_000} s.`;

/**
 * Reads an answer away, so that the connection can be used again; one that is too long ends the connection.
 */
function discard(response: http.IncomingMessage, settle: () => void): void {
  let bytes = 0;
  response.once('end', settle);
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= ANSWER_BYTES_MAX) return;
    settle();
    response.destroy();
  });
}
