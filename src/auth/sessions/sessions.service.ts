import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '../../common/domain-error.js';
import { Observed } from '../../common/observation.js';
import { JwtService } from '@nestjs/jwt';
import { Env } from '../../config/env.js';
import type { TokenDto } from './dto/token.dto.js';
import { LoginLimiter } from './login.limiter.js';
import { RefreshToken } from './refresh-token.js';
import { type LiveSession, SessionStore } from './session.store.js';
import { UsersService } from '../users/users.service.js';

/** An attempt to sign in. */
export const LOGINS = new Observed<void>();

@Injectable()
export class SessionsService {
  constructor(
    @Inject(Env) private readonly env: Env,
    private readonly users: UsersService,
    private readonly sessions: SessionStore,
    private readonly limiter: LoginLimiter,
    private readonly jwt: JwtService,
  ) {}

  /**
   * Exchanges name and password for an access token and a refresh token. The access token contains only the
   * user and the session; rights are read on every request.
   * @param address of the client, to count failed attempts.
   * @throws invalid-credentials, in the same time for an unknown name as for a wrong password;
   *   too-many-attempts.
   */
  async signIn(username: string, password: string, address: string): Promise<TokenDto> {
    return LOGINS.run(undefined, async () => {
      const session = await this.limiter.guard({ username, address }, () => this.open(username, password));
      if (!session) throw invalidGrant('invalid-credentials');
      return this.tokensOf(session);
    });
  }

  /**
   * Exchanges a refresh token for new tokens of the same session. The token becomes invalid.
   * @throws invalid-refresh-token; if the token was used before, its session has ended.
   */
  async refresh(refreshToken: string): Promise<TokenDto> {
    const token = RefreshToken.parse(refreshToken);
    const session = token && (await this.sessions.rotate(token));
    if (!session) throw invalidGrant('invalid-refresh-token');
    return this.tokensOf(session);
  }

  /**
   * Ends the session of a refresh token; its access tokens stop working within a second.
   * @throws invalid-refresh-token if there is no such session.
   */
  async signOut(refreshToken: string): Promise<void> {
    const token = RefreshToken.parse(refreshToken);
    const hasEnded = token !== undefined && (await this.sessions.end(token));
    if (!hasEnded) throw invalidGrant('invalid-refresh-token');
  }

  /** Tries again, once, if the stored hash has changed between check and lock, for example by `rehash`. */
  private async open(username: string, password: string, isRetry = false): Promise<LiveSession | undefined> {
    const user = await this.users.findByCredentials(username, password);
    const session = user && (await this.sessions.open(user));
    return session === undefined && user && !isRetry ? this.open(username, password, true) : session;
  }

  private async tokensOf({ id: sid, userId, refreshToken }: LiveSession): Promise<TokenDto> {
    const access_token = await this.jwt.signAsync({ sid }, { subject: String(userId) });
    return {
      access_token,
      token_type: 'bearer',
      expires_in: this.env.ACCESS_TOKEN_TTL,
      refresh_token: refreshToken.toString(),
    };
  }
}

const DESCRIPTIONS = {
  'invalid-credentials': 'The name or the password is wrong.',
  'invalid-refresh-token': 'The refresh token is unknown, expired or already used, or its session has ended.',
};

/** OAuth 2 clients read `error` and `error_description` (RFC 6749, 5.2). */
function invalidGrant(code: keyof typeof DESCRIPTIONS): DomainError {
  const description = DESCRIPTIONS[code];
  return new DomainError(code, description, { error: 'invalid_grant', error_description: description });
}
