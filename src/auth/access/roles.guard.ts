import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { ForbiddenError } from './access.errors.js';
import { ACCESS, type Access } from '../../http/access.decorators.js';

/** The second guard of every route: whether the caller's role may call it. */
@Injectable()
export class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const access = this.reflector.get<Access | undefined>(ACCESS, context.getHandler());
    if (access?.kind !== 'roles') return true;
    const { user } = context.switchToHttp().getRequest<FastifyRequest>();
    if (user && access.roles.includes(user.role)) return true;
    throw new ForbiddenError();
  }
}
