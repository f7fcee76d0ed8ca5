import type { FastifyRequest } from 'fastify';
import { DomainError } from '../common/domain-error.js';
import type { Resource } from '../database/json.js';
import { type Exchange, sendJson } from './exchange.decorator.js';

/** The version number of a row, or the hash of other content. */
type Version = number | string;

/** RFC 9110, 13. Without a `Last-Modified`, the conditions on dates are ignored. */
export interface Preconditions {
  /** Whether `If-Match` names versions; `*` names none. */
  readonly nameVersions: boolean;
  /** @throws DomainError `precondition-failed` unless the client wants to change this version. */
  readonly check: (version: number) => void;
}

export function preconditionsOf({ headers }: FastifyRequest): Preconditions {
  const { 'if-match': wanted, 'if-none-match': unwanted } = headers;
  return {
    nameVersions: wanted !== undefined && wanted.trim() !== '*',
    check(version) {
      assertWanted(wanted, version);
      if (isAmong(unwanted, version)) throw new DomainError('precondition-failed');
    },
  };
}

type Versioned = Pick<Resource, 'version' | 'json'>;

/** Answers with a resource and its `ETag`. */
export function sendResource(exchange: Exchange, { version, json }: Versioned): string {
  void exchange.reply.header('etag', entityTag(version));
  return sendJson(exchange, json);
}

export function sendResourceIfModified(exchange: Exchange, { version, json }: Versioned): string | undefined {
  const body = sendIfModified(exchange, version, json);
  return body === undefined ? undefined : sendJson(exchange, body);
}

/** Answers a read: with 304 if the client has this version, with 412 if it wants another one. */
export function sendIfModified<T>(exchange: Exchange, version: Version, body: T): T | undefined {
  const { headers } = exchange.request;
  assertWanted(headers['if-match'], version);
  void exchange.reply.header('etag', entityTag(version));
  if (!isAmong(headers['if-none-match'], version)) return body;
  void exchange.reply.code(304);
  return undefined;
}

/** The strong entity tag of a version (RFC 9110, 8.8.3). */
function entityTag(version: Version): string {
  return `"${version}"`;
}

/** `If-Match` compares strongly: a weak tag never matches, nor does a malformed one. */
function assertWanted(ifMatch: string | undefined, version: Version): void {
  if (ifMatch === undefined || ifMatch.trim() === '*' || tagsOf(ifMatch).includes(entityTag(version))) return;
  throw new DomainError('precondition-failed');
}

/** `If-None-Match` compares weakly. */
function isAmong(ifNoneMatch: string | undefined, version: Version): boolean {
  const tags = tagsOf(ifNoneMatch).map((tag) => tag.replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(entityTag(version));
}

function tagsOf(header: string | undefined): string[] {
  return header?.split(',').map((tag) => tag.trim()) ?? [];
}
