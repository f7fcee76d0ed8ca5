import { applyDecorators, createParamDecorator, type ExecutionContext, type Type } from '@nestjs/common';
import { ApiHeader, ApiResponse } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';
import { apiHeaders } from '../http/openapi/api-headers.js';
import { ApiProblems } from '../http/openapi/api-problems.decorator.js';
import { ValidationFailedError } from '../common/domain-error.js';
import { preconditionsOf, sendResource } from '../http/preconditions.js';
import type { Exchange } from '../http/exchange.decorator.js';
import type { WriteRequest, Written } from './idempotent.writes.js';

/** 1 to 255 visible ASCII characters (RFC 5234, VCHAR) between quotes, or bare. */
const KEY = /^("[!-~]{1,255}"|[!#-~][!-~]{0,254})$/;

/**
 * The `Idempotency-Key` header (draft-ietf-httpapi-idempotency-key-header), quoted as in the draft, or bare
 * as most clients send it. The quotes are not part of the key.
 */
export const IdempotencyKey = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  keyOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

/** A key stands for one request, so its hash covers the path as well as the body. */
export const WriteRequested = createParamDecorator(
  (_data: unknown, context: ExecutionContext): WriteRequest => {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    return { preconditions: preconditionsOf(request), key: keyOf(request), hash: hashOf(request) };
  },
);

function keyOf({ headers }: FastifyRequest): string | undefined {
  const header = headers['idempotency-key'];
  if (header === undefined) return undefined;
  const key = String(header);
  if (KEY.test(key)) return key.replace(/^"(.*)"$/, '$1');
  const message = 'must be 1 to 255 visible ASCII characters, quoted or bare';
  throw new ValidationFailedError([
    { pointer: '/idempotency-key', location: 'header', code: 'not-a-key', message },
  ]);
}

/** Bodies of writes are flat objects. The order of their members does not matter. */
function hashOf({ method, url, body }: FastifyRequest): Buffer {
  const members = Object.entries(body ?? {}).sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([method, url, members]))
    .digest();
}

/** Answers with the written resource, and tells whether an earlier request has written it. */
export function sendWritten(exchange: Exchange, { resource, isReplayed }: Written): string {
  void exchange.reply.header('idempotency-replayed', String(isReplayed));
  return sendResource(exchange, resource);
}

/** Describes a write that takes a key, and its answer: 201 for a new resource, otherwise 200. */
export const ApiIdempotentWrite = (status: 200 | 201, type: Type, description: string) =>
  applyDecorators(
    ApiResponse({
      status,
      type,
      description,
      headers: {
        ...(status === 201 ? apiHeaders('Location') : {}),
        ...apiHeaders('ETag', 'Idempotency-Replayed'),
      },
    }),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description: 'Makes retries safe: a request repeated with the same key takes effect only once.',
      schema: {
        type: 'string',
        minLength: 1,
        maxLength: 257,
        pattern: KEY.source,
        example: 'b7c1f0aa-1f5e-4b0e-9c3b-0f4e8f2f5f7d',
      },
    }),
    ApiProblems('idempotency-key-reused'),
  );
