import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ForbiddenError } from './access.errors.js';
import { accessOf } from '../../http/access.decorators.js';

/** The second guard of every route: checks the caller's role. */
@Injectable()
export class RolesGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const access = accessOf(context.getHandler(), context.getClass());
    if (access?.kind !== 'roles') return true;
    const { user } = context.switchToHttp().getRequest<FastifyRequest>();
    if (user && access.roles.includes(user.role)) return true;
    throw new ForbiddenError();
  }
}
