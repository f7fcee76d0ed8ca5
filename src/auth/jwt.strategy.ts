import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import type { KeyObject } from 'node:crypto';
import { Strategy } from 'passport-jwt';
import { ID_MAX } from '../common/validation/rules.js';
import { ActiveUsers } from './active-users.js';
import type { AuthenticatedUser } from './authenticated-user.js';
import { JWT_ALGORITHM, JWT_AUDIENCE, JWT_ISSUER, JWT_KEY } from './jwt.js';

/** Accepts our access tokens, for as long as their user exists and is active. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  constructor(
    @Inject(JWT_KEY) key: KeyObject,
    private readonly activeUsers: ActiveUsers,
  ) {
    super({
      jwtFromRequest: bearerToken,
      // jsonwebtoken takes a KeyObject; the types of passport-jwt do not say so yet.
      secretOrKey: key as unknown as Buffer,
      algorithms: [JWT_ALGORITHM],
      issuer: JWT_ISSUER,
      audience: JWT_AUDIENCE,
    });
  }

  /** @returns `false` for a token that was signed by us but does not stand for a user who may come in. */
  async validate(claims: { sub?: unknown; exp?: unknown }): Promise<AuthenticatedUser | false> {
    const id =
      typeof claims.sub === 'string' && /^[1-9]\d{0,9}$/.test(claims.sub) ? Number(claims.sub) : Infinity;
    if (id > ID_MAX || typeof claims.exp !== 'number') return false;
    return (await this.activeUsers.find(id)) ?? false;
  }
}

/**
 * The token of an `Authorization: Bearer …` header (RFC 6750, 2.1). The prefix may be doubled,
 * because people type it into Swagger UI, which adds its own.
 */
export function bearerToken(request: Pick<FastifyRequest, 'headers'>): string | null {
  return /^(?:Bearer +){1,2}(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? null;
}
