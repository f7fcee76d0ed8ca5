import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { ApiProblems } from '../http/openapi/api-problems.decorator.js';
import { apiHeaders } from '../http/openapi/api-headers.js';
import { clientAddress } from '../http/client-address.js';
import { type Exchange, HttpExchange } from '../http/exchange.decorator.js';
import type { AuthenticatedUser } from './access/authenticated-user.js';
import { OptionallySignedIn, SignedIn } from '../http/access.decorators.js';
import { CurrentUser } from './access/current-user.decorator.js';
import { ChangePasswordDto } from './dto/change-password.dto.js';
import { RegisterDto } from './dto/register.dto.js';
import { UserResponseDto } from './dto/user-response.dto.js';
import { LoginLimiter } from './sessions/login.limiter.js';
import { PasswordService } from './password.service.js';
import { UsersService } from './users/users.service.js';

@ApiTags('Auth')
@Controller()
export class AuthController {
  constructor(
    private readonly users: UsersService,
    private readonly passwordChange: PasswordService,
    private readonly limiter: LoginLimiter,
  ) {}

  @ApiOperation({
    operationId: 'register',
    summary: 'Register a user',
    description:
      'The first admin may register without a token; further admins require the token of an existing one ' +
      '(ADMIN_SIGNUP).',
  })
  @ApiCreatedResponse({
    type: UserResponseDto,
    description: 'The new user.',
    headers: apiHeaders('Location'),
  })
  @ApiProblems('admin-signup-closed', 'username-taken', 'too-many-registrations')
  @OptionallySignedIn()
  @Post('register')
  async register(
    @Body() dto: RegisterDto,
    @HttpExchange() { request, reply }: Exchange,
    @CurrentUser() caller?: AuthenticatedUser,
  ): Promise<UserResponseDto> {
    const { username, password, role = 'customer' } = dto;
    await this.limiter.countRegistration(clientAddress(request), caller);
    const user = await this.users.register({ username, password, role }, caller);
    void reply.header('location', pathOf(user, caller));
    return UserResponseDto.from(user);
  }

  @ApiOperation({
    operationId: 'getCurrentUser',
    summary: 'Read my user',
    description: 'Returns the user to whom the access token belongs.',
  })
  @ApiOkResponse({ type: UserResponseDto, description: 'The user.' })
  @SignedIn()
  @Get('me')
  me(@CurrentUser() user: AuthenticatedUser): UserResponseDto {
    return UserResponseDto.from(user);
  }

  @ApiOperation({
    operationId: 'changePassword',
    summary: 'Change my password',
    description:
      'Ends all of your other sessions. A wrong current password is refused with 422 and counts as a ' +
      'failed login.',
  })
  @ApiNoContentResponse({ description: 'The password was changed; this session stays valid.' })
  @ApiProblems('too-many-attempts')
  @SignedIn()
  @HttpCode(204)
  @Post('me/password')
  changePassword(
    @Body() dto: ChangePasswordDto,
    @CurrentUser() user: AuthenticatedUser,
    @HttpExchange() { request }: Exchange,
  ): Promise<void> {
    return this.passwordChange.change(user, dto, clientAddress(request));
  }
}

/** Where the caller finds the new user: admins among all users, anyone else by signing in as that user. */
function pathOf(user: Pick<AuthenticatedUser, 'id'>, caller?: AuthenticatedUser): string {
  return caller?.role === 'admin' ? `/users/${user.id}` : '/me';
}
