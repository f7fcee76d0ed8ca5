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

/** From the DNS lookup to the end of the answer. */
export const ANSWER_MS_MAX = 5_000;
/** The most that is read of an answer. */
const ANSWER_BYTES_MAX = 64 * 1024;
const ANSWER_HEADER_BYTES_MAX = 16 * 1024;
/** Shorter than servers usually keep idle connections, so that none is closed just as it is used again. */
const IDLE_CONNECTION_MS = 4_000;
/** Lower ports belong to other services. The default port of a scheme is "" in a URL. */
const PORT_MIN = 1_024;

const TOO_SLOW = `It did not answer within ${ANSWER_MS_MAX / 1_000} s.`;

type Resolve = (name: string) => Promise<LookupAddress[]>;

interface Message {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

/**
 * The only way the service calls addresses that users provide. It connects only to addresses that it has
 * checked, follows no redirects, requires valid certificates, and keeps only the status of an answer.
 */
export class OutboundRequests implements OnModuleDestroy {
  private readonly plain: http.Agent;
  private readonly secure: https.Agent;

  constructor(
    private readonly env: Pick<Env, 'isProduction'>,
    private readonly resolve: Resolve = (name) => dns.lookup(name, { all: true }),
  ) {
    const options = {
      keepAlive: true,
      timeout: IDLE_CONNECTION_MS,
      lookup: this.lookup,
      // So that `lookup` is always asked for all addresses.
      autoSelectFamily: true,
    };
    this.plain = new http.Agent(options);
    this.secure = new https.Agent({ ...options, rejectUnauthorized: true });
  }

  onModuleDestroy(): void {
    this.plain.destroy();
    this.secure.destroy();
  }

  /** @returns the normalized URL. @throws ValidationFailedError if the service would not call it. */
  checkedUrl(text: string): string {
    const message = this.faultOf(text);
    if (message === undefined) return new URL(text).href;
    throw new ValidationFailedError([
      { pointer: '/url', location: 'body', code: 'not-a-callable-url', message },
    ]);
  }

  /** @returns the status of the answer. @throws DeliveryError */
  async post(url: string, message: Message): Promise<number> {
    // The rules may be stricter than when the URL was accepted.
    if (this.faultOf(url) !== undefined) throw new DeliveryError(NOT_ALLOWED);
    try {
      return await this.send(new URL(url), message);
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
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new DeliveryError(TOO_SLOW));
        request.destroy();
      }, ANSWER_MS_MAX);
      // Not at the answer: a receiver may answer first and never read the rest of the body.
      request.once('close', () => clearTimeout(timer));
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
  }

  /** @returns why a URL must not be called, as a predicate of "url". */
  private faultOf(text: string): string | undefined {
    if (!URL.canParse(text)) return 'must be an absolute URL';
    const url = new URL(text);
    const schemes = this.env.isProduction ? ['https:'] : ['https:', 'http:'];
    const address = url.hostname.replace(/^\[(.*)\]$/, '$1');
    if (!schemes.includes(url.protocol)) return `must begin with ${schemes.join('// or ')}//`;
    if (url.username !== '' || url.password !== '') return 'must not contain a name or password';
    if (url.port !== '' && Number(url.port) < PORT_MIN) return `must have no port below ${PORT_MIN}`;
    if (url.href.length > URL_MAX) return `must have ${URL_MAX} characters or fewer`;
    if (isIP(address) !== 0 && !this.mayConnectTo(address)) return 'must not lead to a private address';
    return undefined;
  }

  /** Outside production, receivers may run on this machine. */
  private mayConnectTo(address: string): boolean {
    return isPublicAddress(address) || (!this.env.isProduction && isLoopbackAddress(address));
  }

  /** Node calls this for each connection to a name, and connects only to the addresses it returns. */
  private readonly lookup: LookupFunction = (name, _, callback) => {
    this.allowedAddresses(name).then(
      (addresses) => callback(null, addresses),
      (error: NodeJS.ErrnoException) => callback(error, []),
    );
  };

  private async allowedAddresses(name: string): Promise<LookupAddress[]> {
    const addresses = await this.resolve(name);
    const areAllowed = addresses.every(({ address }) => this.mayConnectTo(address));
    if (addresses.length === 0 || !areAllowed) throw new DeliveryError(NOT_ALLOWED);
    return addresses;
  }
}

/** Reads an answer to its end, so that the connection can be reused, or closes it if it is too long. */
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
