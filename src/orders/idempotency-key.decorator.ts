import { applyDecorators, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { ValidationFailedError } from '../common/domain-error.js';

/** 1 to 255 visible ASCII characters (RFC 5234, VCHAR) between quotes, or bare. */
const KEY = /^("[!-~]{1,255}"|[!#-~][!-~]{0,254})$/;

/**
 * The `Idempotency-Key` header (draft-ietf-httpapi-idempotency-key-header), quoted as the draft has
 * it or bare as most clients send it; the quotes are not part of the key.
 */
export const IdempotencyKey = createParamDecorator(
  (_data: unknown, context: ExecutionContext): string | undefined => {
    const header = context.switchToHttp().getRequest<FastifyRequest>().headers['idempotency-key'];
    if (header === undefined) return undefined;
    const key = String(header);
    if (KEY.test(key)) return key.replace(/^"(.*)"$/, '$1');
    const message = 'must be 1 to 255 visible ASCII characters, quoted or bare';
    throw new ValidationFailedError([
      { pointer: '/idempotency-key', location: 'header', code: 'not-a-key', message },
    ]);
  },
);

export const ApiIdempotencyKey = () =>
  applyDecorators(
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'Makes retries safe: the same key and body give the same order, however often they are sent.',
      schema: {
        type: 'string',
        minLength: 1,
        maxLength: 257,
        pattern: KEY.source,
        example: 'b7c1f0aa-1f5e-4b0e-9c3b-0f4e8f2f5f7d',
      },
    }),
  );
