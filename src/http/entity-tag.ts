import type { FastifyRequest } from 'fastify';
import { DomainError } from '../common/domain-error.js';
import type { Exchange } from './exchange.decorator.js';

/** The strong entity tag of a version of a row (RFC 9110, 8.8.3). */
function entityTag(version: number): string {
  return `"${version}"`;
}

/** A check of `If-Match` against the version found under the lock; nothing where the header names none. */
export type VersionCheck = (version: number) => void;

/** @returns a check that throws DomainError `precondition-failed` when no tag of the header is the current one. */
export function ifMatch(request: FastifyRequest): VersionCheck | undefined {
  const header = request.headers['if-match'];
  if (header === undefined || header.trim() === '*') return undefined;
  const tags = header.split(',').map((tag) => tag.trim());
  return (version) => {
    if (tags.includes(entityTag(version))) return;
    throw new DomainError('precondition-failed');
  };
}

/** Answers with a resource and its `ETag`, or with 304 where the client's copy is current (RFC 9110, 13.1.2). */
export function sendResource<T>({ request, reply }: Exchange, version: number, body: T): T | undefined {
  const tag = entityTag(version);
  void reply.header('etag', tag);
  const isCopyCurrent =
    request.method !== 'POST' && request.method !== 'PATCH' && knows(request.headers['if-none-match'], tag);
  if (isCopyCurrent) void reply.code(304);
  return isCopyCurrent ? undefined : body;
}

function knows(ifNoneMatch: string | undefined, tag: string): boolean {
  const known = ifNoneMatch?.split(',').map((part) => part.trim().replace(/^W\//, '')) ?? [];
  return known.includes('*') || known.includes(tag);
}
