import {
  applyDecorators,
  type CanActivate,
  type ExecutionContext,
  Injectable,
  SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiConsumes } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { type BodyMediaType, JSON_BODY, parseBody } from './body-parser.js';

const ACCEPTED_BODIES = 'acceptedBodies';

/** The media types that a route reads; without it, JSON. */
export const AcceptsBody = (...mediaTypes: BodyMediaType[]) =>
  applyDecorators(SetMetadata(ACCEPTED_BODIES, mediaTypes), ApiConsumes(...mediaTypes));

/**
 * Reads the body, as the last of the guards: by then it is known that the caller may call, and
 * validation has not begun. That order is part of the contract (401, 403, 415/400, 422, …).
 */
@Injectable()
export class BodyGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (!Buffer.isBuffer(request.body)) return true;
    const accepted = this.reflector.get<BodyMediaType[] | undefined>(ACCEPTED_BODIES, context.getHandler());
    const encoding = request.headers['content-encoding'] ?? 'identity';
    const contentType = encoding === 'identity' ? request.headers['content-type'] : encoding;
    request.body = await parseBody(request.body, contentType, accepted ?? [JSON_BODY]);
    return true;
  }
}
