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
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../common/domain-error.js';
import { type BodyMediaType, isCoded, JSON_BODY, mediaTypeOf, parseBody } from './body-parser.js';

const ACCEPTED_BODIES = 'acceptedBodies';
const IS_BODY_OPTIONAL = 'isBodyOptional';

/** The media types that a route accepts; without this decorator, JSON. */
export const AcceptsBody = (...mediaTypes: BodyMediaType[]) =>
  applyDecorators(SetMetadata(ACCEPTED_BODIES, mediaTypes), ApiConsumes(...mediaTypes));

/** For routes whose fields are all optional: no body means an empty object. */
export const OptionalBody = (type: Type) =>
  applyDecorators(SetMetadata(IS_BODY_OPTIONAL, true), ApiBody({ type, required: false }));

/** The last guard: the order of refusals is part of the contract (401, 403, 415 or 400, 422, …). */
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

  private parse({ headers, method }: FastifyRequest, body: Buffer, context: ExecutionContext): unknown {
    if (body.length === 0) return undefined;
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    if (isCoded(headers['content-encoding'])) {
      void reply.header('accept-encoding', 'identity');
      throw new DomainError('unsupported-media-type', 'The body has a Content-Encoding.');
    }
    const accepted = this.reflector.get<BodyMediaType[] | undefined>(ACCEPTED_BODIES, context.getHandler());
    const mediaTypes = accepted ?? [JSON_BODY];
    const mediaType = mediaTypeOf(headers['content-type'], mediaTypes);
    if (mediaType) return parseBody(body, mediaType, headers['content-type'] as string);
    void reply.header('accept', mediaTypes.join(', '));
    if (method === 'PATCH') void reply.header('accept-patch', mediaTypes.join(', '));
    throw new DomainError('unsupported-media-type');
  }
}
