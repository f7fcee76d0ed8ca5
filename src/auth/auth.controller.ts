import { Body, Controller, Get, Header, HttpCode, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems, BODY_PROBLEMS } from '../common/errors/api-problems.decorator.js';
import { AcceptsBody } from '../common/http/body.guard.js';
import { type Exchange, HttpExchange } from '../common/http/exchange.decorator.js';
import { JSON_BODY, MULTIPART_BODY, URLENCODED_BODY } from '../common/http/body-parser.js';
import type { AuthenticatedUser } from './authenticated-user.js';
import { OptionallySignedIn, Public, SignedIn } from './decorators/access.decorators.js';
import { CurrentUser } from './decorators/current-user.decorator.js';
import { LoginDto } from './dto/login.dto.js';
import { RegisterDto } from './dto/register.dto.js';
import { TokenDto } from './dto/token.dto.js';
import { UserResponseDto } from './dto/user-response.dto.js';
import { SessionsService } from './sessions.service.js';
import { UsersService } from './users.service.js';

@ApiTags('Auth')
@Controller()
export class AuthController {
  constructor(
    private readonly users: UsersService,
    private readonly sessions: SessionsService,
  ) {}

  @ApiOperation({ operationId: 'register', summary: 'Register a user' })
  @ApiCreatedResponse({
    type: UserResponseDto,
    description: 'The new user.',
    headers: { Location: { schema: { type: 'string' } } },
  })
  @ApiProblems('admin-signup-closed', 'username-taken', ...BODY_PROBLEMS)
  @OptionallySignedIn()
  @Post('register')
  async register(
    @Body() dto: RegisterDto,
    @HttpExchange() { reply }: Exchange,
    @CurrentUser() caller?: AuthenticatedUser,
  ): Promise<UserResponseDto> {
    const { username, password, role = 'customer' } = dto;
    const user = await this.users.register({ username, password, role }, caller);
    void reply.header('location', '/me');
    return UserResponseDto.from(user);
  }

  @ApiOperation({ operationId: 'login', summary: 'Sign in with name and password' })
  @ApiOkResponse({ type: TokenDto, description: 'An access token.' })
  @ApiProblems('invalid-credentials', 'malformed-request', ...BODY_PROBLEMS)
  @AcceptsBody(URLENCODED_BODY, MULTIPART_BODY, JSON_BODY)
  @Public()
  @Header('cache-control', 'no-store')
  @HttpCode(200)
  @Post('login')
  login(@Body() { username, password }: LoginDto): Promise<TokenDto> {
    return this.sessions.signIn(username, password);
  }

  @ApiOperation({ operationId: 'getCurrentUser', summary: 'Who am I?' })
  @ApiOkResponse({ type: UserResponseDto, description: 'The user.' })
  @SignedIn()
  @Header('cache-control', 'no-store')
  @Get('me')
  me(@CurrentUser() user: AuthenticatedUser): UserResponseDto {
    return UserResponseDto.from(user);
  }
}
