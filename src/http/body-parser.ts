import type { FastifyInstance } from 'fastify';
import { DomainError } from '../common/domain-error.js';
import { parseForm } from './form-parser.js';

export const JSON_BODY = 'application/json';
export const URLENCODED_BODY = 'application/x-www-form-urlencoded';
export const MULTIPART_BODY = 'multipart/form-data';

export type BodyMediaType = typeof JSON_BODY | typeof URLENCODED_BODY | typeof MULTIPART_BODY;

/** Bytes; larger bodies are 413. An order of 1,000 products needs about 50 KiB. */
export const BODY_LIMIT_BYTES = 256 * 1024;
const NESTING_LIMIT = 32;
const MEMBERS_MAX = 100;
const LIST_MAX = 10_000;

/**
 * Makes Fastify hand over bodies as they came. They are parsed by `BodyGuard`, after the guards
 * that ask who is calling, so that a stranger's body costs nothing and is 401, not 400.
 */
export function keepBodiesRaw(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(
    '*',
    { parseAs: 'buffer', bodyLimit: BODY_LIMIT_BYTES },
    (_request, body, done) => {
      done(null, body);
    },
  );
}

/**
 * Parses a body of one of the accepted media types. An empty body is no body.
 * @throws DomainError `unsupported-media-type` or `malformed-json` / `malformed-request`.
 */
export async function parseBody(
  raw: Buffer,
  contentType: string | undefined,
  accepted: readonly BodyMediaType[],
): Promise<unknown> {
  if (raw.length === 0) return undefined;
  const mediaType = accepted.find((candidate) => candidate === essenceOf(contentType));
  if (mediaType === undefined || !isUtf8(contentType)) throw new DomainError('unsupported-media-type');
  return mediaType === JSON_BODY ? parseJson(raw) : await parseFields(raw, contentType as string);
}

function essenceOf(contentType: string | undefined): string | undefined {
  return contentType?.split(';')[0]?.trim().toLowerCase();
}

function isUtf8(contentType: string | undefined): boolean {
  const charset = /;\s*charset="?([^";\s]*)/i.exec(contentType ?? '')?.[1];
  return charset === undefined || charset.toLowerCase() === 'utf-8' || charset.toLowerCase() === 'utf8';
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

/**
 * Deep or wide values would exhaust the stack or the time of whoever walks them next; names that every
 * object has already are ways to its prototype.
 */
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

async function parseFields(raw: Buffer, contentType: string): Promise<Record<string, unknown>> {
  try {
    return await parseForm(raw, contentType);
  } catch {
    throw new DomainError('malformed-request');
  }
}
