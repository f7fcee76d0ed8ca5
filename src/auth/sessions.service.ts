import { Inject, Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { Env } from '../config/env.js';
import { InvalidCredentialsError } from './auth.errors.js';
import type { TokenDto } from './dto/token.dto.js';
import { UsersService } from './users.service.js';

@Injectable()
export class SessionsService {
  constructor(
    @Inject(Env) private readonly env: Env,
    private readonly users: UsersService,
    private readonly jwt: JwtService,
  ) {}

  /**
   * Exchanges name and password for an access token. The token says only who; what they may do is
   * read on every request.
   * @throws InvalidCredentialsError for any wrong pair, in the same time.
   */
  async signIn(username: string, password: string): Promise<TokenDto> {
    const user = await this.users.findByCredentials(username, password);
    if (!user) throw new InvalidCredentialsError();
    const access_token = await this.jwt.signAsync({}, { subject: String(user.id) });
    return { access_token, token_type: 'bearer', expires_in: this.env.ACCESS_TOKEN_TTL };
  }
}
