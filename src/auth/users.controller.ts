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
    summary: 'List users, sorted by id',
    description: 'Lists active and inactive users.',
  })
  @ApiListResponse(AccountResponseDto)
  @Roles('admin')
  @Get()
  async list(@Query() query: PageQueryDto, @HttpExchange() exchange: Exchange): Promise<string> {
    return answerWithPage(await this.administration.list(query), exchange);
  }

  @ApiOperation({
    operationId: 'getUser',
    summary: 'Read a user',
    description: 'Returns active and inactive users.',
  })
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
    summary: "Change a user's role, or deactivate them",
    description:
      'Removed rights no longer allow any change as soon as this request has succeeded; reads may still ' +
      'work for up to a second.',
  })
  @ApiIdParam('user')
  @ApiOkResponse({ type: AccountResponseDto, description: 'The user.' })
  @ApiProblems('user-not-found', 'last-admin')
  @Roles('admin')
  @Patch(':id')
  async update(
    @Param('id', IdPipe) id: number,
    @Body() dto: UpdateUserDto,
    @CurrentUser() caller: AuthenticatedUser,
    @HttpExchange() exchange: Exchange,
  ): Promise<string> {
    return sendJson(exchange, await this.administration.change(id, dto, caller));
  }
}
