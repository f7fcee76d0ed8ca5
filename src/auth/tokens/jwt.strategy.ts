import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { type SecretOrKeyProvider, Strategy } from 'passport-jwt';
import { identityOf } from './access-claims.js';
import { ActiveUserCache } from '../sessions/active-user.cache.js';
import type { AuthenticatedUser } from '../access/authenticated-user.js';
import { JWT_ALGORITHM, JWT_AUDIENCE, JWT_ISSUER, JwtKeys } from './jwt.keys.js';
import { VerifiedTokenCache } from './verified-token.cache.js';

/** Accepts our access tokens while their session lasts and their user is active. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  constructor(
    keys: JwtKeys,
    private readonly activeUsers: ActiveUserCache,
    private readonly verifiedTokens: VerifiedTokenCache,
  ) {
    super({
      jwtFromRequest: bearerToken,
      secretOrKeyProvider: keyProvider(keys),
      algorithms: [JWT_ALGORITHM],
      issuer: JWT_ISSUER,
      audience: JWT_AUDIENCE,
      passReqToCallback: true,
    });
  }

  /** @returns `false` for a token with a valid signature but without an active user. */
  async validate(
    request: FastifyRequest,
    claims: Record<string, unknown>,
  ): Promise<AuthenticatedUser | false> {
    const token = bearerToken(request) as string;
    const identity = identityOf(claims);
    if (identity === undefined || !isAsWeWrite(token, claims)) return false;
    this.verifiedTokens.add(token, identity, claims['exp'] as number);
    return (await this.activeUsers.find(identity)) ?? false;
  }
}

/** Refuses duplicate claims, of which another reader might take the first (RFC 7519, 4). */
function isAsWeWrite(token: string, claims: object): boolean {
  return token.split('.')[1] === Buffer.from(JSON.stringify(claims)).toString('base64url');
}

function keyProvider(keys: JwtKeys): SecretOrKeyProvider {
  return (_request, token: string, done) => {
    const key = keys.keyOf(token);
    // jsonwebtoken accepts a KeyObject, but the types of passport-jwt do not.
    if (key) done(null, key as unknown as Buffer);
    else done('not a token of ours');
  };
}

/**
 * The token of the only `Authorization: Bearer …` header (RFC 6750, 2.1). The prefix may be doubled, because
 * Swagger UI adds its own to what people type.
 */
export function bearerToken({ raw, headers }: Pick<FastifyRequest, 'raw' | 'headers'>): string | null {
  const token = /^(?:Bearer +){1,2}(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  return token !== undefined && raw.rawHeaders.filter(isAuthorizationName).length === 1 ? token : null;
}

/** `rawHeaders` alternates names and values. Node's `headersDistinct` would be built for each request. */
function isAuthorizationName(text: string, index: number): boolean {
  return index % 2 === 0 && text.length === 13 && text.toLowerCase() === 'authorization';
}
