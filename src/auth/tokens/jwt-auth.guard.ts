import { type ExecutionContext, Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { ActiveUserCache } from '../sessions/active-user.cache.js';
import { DomainError } from '../../common/domain-error.js';
import { InvalidTokenError } from '../access/access.errors.js';
import { type Access, accessOf } from '../../http/access.decorators.js';
import { bearerToken } from './jwt.strategy.js';
import { VerifiedTokenCache } from './verified-token.cache.js';

/**
 * The first guard of every route: finds out who is calling. A route needs a token unless it says otherwise.
 * Passport verifies each new token once; after that, it comes from the cache.
 */
@Injectable()
export class JwtAuthGuard extends AuthGuard('jwt') {
  constructor(
    private readonly verifiedTokens: VerifiedTokenCache,
    private readonly activeUsers: ActiveUserCache,
  ) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = accessOf(context.getHandler(), context.getClass());
    if (access?.kind === 'public') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (request.headers.authorization === undefined) return this.admitWithoutToken(access);
    const identity = this.verifiedTokens.find(bearerToken(request) ?? '');
    if (identity === undefined) return (await super.canActivate(context)) as boolean;
    request.user = this.handleRequest(undefined, (await this.activeUsers.find(identity)) ?? false);
    return true;
  }

  /** Called by passport's guard with the result of the strategy. */
  override handleRequest<TUser>(error: unknown, user: TUser | false): TUser {
    if (error instanceof Error) throw error;
    if (!user) throw new InvalidTokenError();
    return user;
  }

  private admitWithoutToken(access: Access | undefined): boolean {
    if (access?.kind === 'optional') return true;
    const advice = 'Sign in with POST /login and send the token as "Authorization: Bearer <token>".';
    throw new DomainError('unauthenticated', advice);
  }
}
