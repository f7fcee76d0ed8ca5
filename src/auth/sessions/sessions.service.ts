import { Inject, Injectable } from '@nestjs/common';
import { Observed } from '../../common/observation.js';
import { JwtService } from '@nestjs/jwt';
import { Env } from '../../config/env.js';
import { InvalidCredentialsError, InvalidRefreshTokenError } from './sessions.errors.js';
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
   * Exchanges name and password for an access token and a refresh token. The access token says only who
   * and in which session; what they may do is read on every request.
   * @param address of the client, which failed attempts are counted under.
   * @throws InvalidCredentialsError for any wrong pair, in the same time; TooManyAttemptsError.
   */
  async signIn(username: string, password: string, address: string): Promise<TokenDto> {
    return LOGINS.run(undefined, async () => {
      const session = await this.limiter.guard({ username, address }, () => this.open(username, password));
      if (!session) throw new InvalidCredentialsError();
      return this.tokensOf(session);
    });
  }

  /**
   * Exchanges a refresh token, which is used up by it, for new tokens of the same session.
   * @throws InvalidRefreshTokenError; where the token had been used before, its session has ended now.
   */
  async refresh(refreshToken: string): Promise<TokenDto> {
    const token = RefreshToken.parse(refreshToken);
    const session = token && (await this.sessions.rotate(token));
    if (!session) throw new InvalidRefreshTokenError();
    return this.tokensOf(session);
  }

  /**
   * Ends the session of a refresh token; its access tokens stop working within a second.
   * @throws InvalidRefreshTokenError when there is no such session.
   */
  async signOut(refreshToken: string): Promise<void> {
    const token = RefreshToken.parse(refreshToken);
    const hasEnded = token !== undefined && (await this.sessions.end(token));
    if (!hasEnded) throw new InvalidRefreshTokenError();
  }

  /**
   * Where the stored hash changes between check and lock,
   * as when another login renews it, both come again, once.
   */
  private async open(username: string, password: string, isAgain = false): Promise<LiveSession | undefined> {
    const user = await this.users.findByCredentials(username, password);
    const session = user && (await this.sessions.open(user));
    return session === undefined && user && !isAgain ? this.open(username, password, true) : session;
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
