import {
  applyDecorators,
  type CanActivate,
  type ExecutionContext,
  Injectable,
  SetMetadata,
  type Type,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiBody, ApiConsumes } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { type BodyMediaType, JSON_BODY, parseBody } from './body-parser.js';

const ACCEPTED_BODIES = 'acceptedBodies';
const IS_BODY_OPTIONAL = 'isBodyOptional';

/** The media types that a route reads; without it, JSON. */
export const AcceptsBody = (...mediaTypes: BodyMediaType[]) =>
  applyDecorators(SetMetadata(ACCEPTED_BODIES, mediaTypes), ApiConsumes(...mediaTypes));

/** No body is as good as an empty object; for routes whose fields may all be left out. */
export const OptionalBody = (type: Type) =>
  applyDecorators(SetMetadata(IS_BODY_OPTIONAL, true), ApiBody({ type, required: false }));

/**
 * Reads the body, as the last of the guards: by then it is known that the caller may call, and
 * validation has not begun. That order is part of the contract (401, 403, 415/400, 422, …).
 */
@Injectable()
export class BodyGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (Buffer.isBuffer(request.body)) request.body = await this.parse(request, request.body, context);
    if (request.body === undefined && this.reflector.get(IS_BODY_OPTIONAL, context.getHandler()))
      request.body = {};
    return true;
  }

  private parse(request: FastifyRequest, body: Buffer, context: ExecutionContext): Promise<unknown> {
    const accepted = this.reflector.get<BodyMediaType[] | undefined>(ACCEPTED_BODIES, context.getHandler());
    const encoding = request.headers['content-encoding'] ?? 'identity';
    const contentType = encoding === 'identity' ? request.headers['content-type'] : encoding;
    return parseBody(body, contentType, accepted ?? [JSON_BODY]);
  }
}
