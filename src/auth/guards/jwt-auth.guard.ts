import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { InvalidTokenError, UnauthenticatedError } from '../auth.errors.js';
import { ACCESS, type Access } from '../decorators/access.decorators.js';

/** The first guard of every route: finds out who is calling. Without a decision on the route, a token is needed. */
@Injectable()
export class JwtAuthGuard extends AuthGuard('jwt') {
  constructor(private readonly reflector: Reflector) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.reflector.get<Access | undefined>(ACCESS, context.getHandler());
    if (access?.kind === 'public') return true;
    const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
    if (headers.authorization === undefined) return this.admitWithoutToken(access);
    return (await super.canActivate(context)) as boolean;
  }

  /** Called by passport's guard with what the strategy found. */
  override handleRequest<TUser>(error: unknown, user: TUser | false): TUser {
    if (error instanceof Error) throw error;
    if (!user) throw new InvalidTokenError();
    return user;
  }

  private admitWithoutToken(access: Access | undefined): boolean {
    if (access?.kind === 'optional') return true;
    throw new UnauthenticatedError();
  }
}
