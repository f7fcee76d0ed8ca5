import { Body, Controller, Get, Param, Patch, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../http/openapi/api-problems.decorator.js';
import { type Exchange, HttpExchange, sendJson } from '../http/exchange.decorator.js';
import { answerWithPage, ApiListResponse } from '../pagination/list-response.js';
import { PageQueryDto } from '../pagination/page-query.dto.js';
import { ApiIdParam } from '../http/openapi/api-properties.js';
import { IdPipe } from '../http/validation/id.pipe.js';
import type { AuthenticatedUser } from './access/authenticated-user.js';
import { CurrentUser } from './access/current-user.decorator.js';
import { Roles } from './access/roles.decorator.js';
import { AccountResponseDto } from './dto/account-response.dto.js';
import { UpdateUserDto } from './dto/update-user.dto.js';
import { UserAdministration } from './user.administration.js';

@ApiTags('Users')
@Controller('users')
export class UsersController {
  constructor(private readonly administration: UserAdministration) {}

  @ApiOperation({
    operationId: 'listUsers',
    summary: 'List users by id',
    description: 'Active users and others.',
  })
  @ApiListResponse(AccountResponseDto)
  @Roles('admin')
  @Get()
  async list(@Query() query: PageQueryDto, @HttpExchange() exchange: Exchange): Promise<string> {
    return answerWithPage(await this.administration.list(query), exchange);
  }

  @ApiOperation({ operationId: 'getUser', summary: 'Read a user', description: 'Whether active or not.' })
  @ApiIdParam('user')
  @ApiOkResponse({ type: AccountResponseDto, description: 'The user.' })
  @ApiProblems('user-not-found')
  @Roles('admin')
  @Get(':id')
  async get(@Param('id', IdPipe) id: number, @HttpExchange() exchange: Exchange): Promise<string> {
    return sendJson(exchange, await this.administration.get(id));
  }

  @ApiOperation({
    operationId: 'updateUser',
    summary: "Change a user's role or activity",
    description:
      'Nothing can be changed any more with rights that were taken away; what they let read, for a second at most.',
  })
  @ApiIdParam('user')
  @ApiOkResponse({ type: AccountResponseDto, description: 'The user.' })
  @ApiProblems('user-not-found', 'last-admin')
  @Roles('admin')
  @Patch(':id')
  async update(
    @Param('id', IdPipe) id: number,
    @Body() { role, is_active: isActive }: UpdateUserDto,
    @CurrentUser() caller: AuthenticatedUser,
    @HttpExchange() exchange: Exchange,
  ): Promise<string> {
    return sendJson(exchange, await this.administration.change(id, { role, isActive }, caller));
  }
}
