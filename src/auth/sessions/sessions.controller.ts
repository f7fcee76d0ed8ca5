import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../../http/openapi/api-problems.decorator.js';
import { JSON_BODY, MULTIPART_BODY, URLENCODED_BODY } from '../../http/body-parser.js';
import { AcceptsBody } from '../../http/body.guard.js';
import { clientAddress } from '../../http/client-address.js';
import { type Exchange, HttpExchange } from '../../http/exchange.decorator.js';
import { Public } from '../../http/access.decorators.js';
import { LoginDto } from './dto/login.dto.js';
import { RefreshDto } from './dto/refresh.dto.js';
import { TokenDto } from './dto/token.dto.js';
import { SessionsService } from './sessions.service.js';

@ApiTags('Auth')
@Controller()
export class SessionsController {
  constructor(private readonly sessions: SessionsService) {}

  @ApiOperation({
    operationId: 'login',
    summary: 'Sign in with name and password',
    description:
      'Accepts the OAuth 2 password grant; other parameters are ignored, repeated ones refused. ' +
      'Failed logins are limited per account and per address.',
  })
  @ApiOkResponse({ type: TokenDto, description: 'An access token and a refresh token.' })
  @ApiProblems('invalid-credentials', 'too-many-attempts')
  @AcceptsBody(URLENCODED_BODY, MULTIPART_BODY, JSON_BODY)
  @Public()
  @HttpCode(200)
  @Post('login')
  login(@Body() { username, password }: LoginDto, @HttpExchange() { request }: Exchange): Promise<TokenDto> {
    return this.sessions.signIn(username, password, clientAddress(request));
  }

  @ApiOperation({
    operationId: 'refresh',
    summary: 'Refresh the tokens',
    description:
      'A refresh token works once. Sent again within 10 seconds, for example after a lost answer, it ' +
      'returns the same successor; sent again later, it ends the session.',
  })
  @ApiOkResponse({ type: TokenDto, description: 'An access token and the next refresh token.' })
  @ApiProblems('invalid-refresh-token')
  @AcceptsBody(URLENCODED_BODY, MULTIPART_BODY, JSON_BODY)
  @Public()
  @HttpCode(200)
  @Post('refresh')
  refresh(@Body() { refresh_token }: RefreshDto): Promise<TokenDto> {
    return this.sessions.refresh(refresh_token);
  }

  @ApiOperation({
    operationId: 'logout',
    summary: 'Log out',
    description: 'Ends the session of the refresh token. Its access tokens stop working within a second.',
  })
  @ApiNoContentResponse({ description: 'The session has ended; its tokens no longer work.' })
  @ApiProblems('invalid-refresh-token')
  @AcceptsBody(URLENCODED_BODY, MULTIPART_BODY, JSON_BODY)
  @Public()
  @HttpCode(204)
  @Post('logout')
  logout(@Body() { refresh_token }: RefreshDto): Promise<void> {
    return this.sessions.signOut(refresh_token);
  }
}
