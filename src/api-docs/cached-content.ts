import type { FastifyReply } from 'fastify';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, gunzip, gzip } from 'node:zlib';
import type { Exchange } from '../http/exchange.decorator.js';
import { sendIfModified } from '../http/preconditions.js';

/** Matches gzip unless its weight is 0 (RFC 9110, 12.5.3). */
const TAKES_GZIP = /(^|[ ,])(gzip|x-gzip|\*)( *; *q=(1|0?\.\d*[1-9])\S*)? *(,|$)/i;

/**
 * Content that stays the same while the process runs. It is compressed only once, on the first request, so
 * that clients cannot keep the process busy. Caches may keep it and revalidate it by its ETag.
 */
export class CachedContent {
  private prepared?: Promise<{ readonly compressed: Buffer; readonly hash: string }>;

  constructor(
    private readonly mediaType: string,
    private readonly make: () => Promise<string | Buffer> | string,
  ) {}

  async send(exchange: Exchange): Promise<FastifyReply> {
    const { request, reply } = exchange;
    this.prepared ??= this.prepare();
    const { compressed, hash } = await this.prepared;
    const isCompressed = TAKES_GZIP.test(request.headers['accept-encoding'] ?? '');
    const body = isCompressed
      ? sendIfModified(exchange, `${hash}-gzip`, compressed)
      : sendIfModified(exchange, hash, await promisify(gunzip)(compressed));
    return reply
      .headers({
        'content-type': this.mediaType,
        'cache-control': 'no-cache',
        vary: [reply.getHeader('vary'), 'Accept-Encoding'].filter(Boolean).join(', '),
        ...(isCompressed ? { 'content-encoding': 'gzip' } : {}),
      })
      .send(body);
  }

  private async prepare() {
    const content = Buffer.from(await this.make());
    const hash = createHash('sha256').update(content).digest('base64url').slice(0, 27);
    return { hash, compressed: await promisify(gzip)(content, { level: constants.Z_BEST_COMPRESSION }) };
  }
}
