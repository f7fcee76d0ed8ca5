import type { FastifyInstance } from 'fastify';
import { DomainError } from '../common/domain-error.js';
import { parseForm } from './form-parser.js';

export const JSON_BODY = 'application/json';
export const URLENCODED_BODY = 'application/x-www-form-urlencoded';
export const MULTIPART_BODY = 'multipart/form-data';

export type BodyMediaType = typeof JSON_BODY | typeof URLENCODED_BODY | typeof MULTIPART_BODY;

/** Larger bodies are refused with 413. An order of 1,000 products needs about 50 KiB. */
export const BODY_LIMIT_BYTES = 256 * 1024;
const NESTING_LIMIT = 32;
const MEMBERS_MAX = 100;
const LIST_MAX = 10_000;

/** The same check as Fastify's, but only up to the parameters. */
const MEDIA_TYPE = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(;|$)/;
const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)"?/i;
/** ASCII is a subset of UTF-8. */
const UTF8_NAMES = ['utf-8', 'utf8', 'us-ascii', 'ascii'];

/** `BodyGuard` parses bodies after the other guards, so that a stranger gets 401 before 400. */
export function keepBodiesRaw(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(
    '*',
    { parseAs: 'buffer', bodyLimit: BODY_LIMIT_BYTES },
    (_request, body, done) => {
      done(null, body);
    },
  );
  // Fastify would refuse an invalid media type before the guards run.
  fastify.addHook('onRequest', ({ headers }, _reply, done) => {
    const contentType = headers['content-type'];
    if (contentType !== undefined && !MEDIA_TYPE.test(contentType))
      headers['content-type'] = 'application/octet-stream';
    done();
  });
}

/** Whether the body is compressed or otherwise encoded (RFC 9110, 8.4). */
export function isCoded(contentEncoding = ''): boolean {
  return /[^\s,]/.test(contentEncoding.replace(/\bidentity\b/gi, ''));
}

/** Undefined unless the media type is accepted and the charset, if given, is UTF-8. */
export function mediaTypeOf(
  contentType: string | undefined,
  accepted: readonly BodyMediaType[],
): BodyMediaType | undefined {
  const [essence] = (contentType ?? '').split(';', 1);
  const charset = CHARSET.exec(contentType ?? '')?.[1] ?? 'utf-8';
  if (!UTF8_NAMES.includes(charset.toLowerCase())) return undefined;
  return accepted.find((mediaType) => mediaType === essence?.trim().toLowerCase());
}

/** @throws DomainError `malformed-json`, or `malformed-request` for a form. */
export function parseBody(raw: Buffer, mediaType: BodyMediaType, contentType: string): unknown {
  // The form parser would read ASCII as Latin-1.
  return mediaType === JSON_BODY ? parseJson(raw) : parseForm(raw, contentType.replace(CHARSET, ''));
}

function parseJson(raw: Buffer): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(raw);
    const value: unknown = JSON.parse(text);
    assertHarmless(value, NESTING_LIMIT);
    return value;
  } catch {
    throw new DomainError('malformed-json');
  }
}

/** Refuses values deep or wide enough to exhaust the stack or the time, and names of prototype members. */
function assertHarmless(value: unknown, levelsLeft: number): void {
  if (value === null || typeof value !== 'object') return;
  if (levelsLeft === 0) throw new RangeError('nested too deeply');
  const names = Object.keys(value);
  if (names.length > (Array.isArray(value) ? LIST_MAX : MEMBERS_MAX))
    throw new RangeError('too many members');
  for (const name of names) {
    if (name in Object.prototype) throw new RangeError('forbidden member');
    assertHarmless((value as Record<string, unknown>)[name], levelsLeft - 1);
  }
}
