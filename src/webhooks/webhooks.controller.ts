import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { AuthenticatedUser } from '../auth/access/authenticated-user.js';
import { CurrentUser } from '../auth/access/current-user.decorator.js';
import { Roles } from '../auth/access/roles.decorator.js';
import { type Exchange, HttpExchange, sendJson } from '../http/exchange.decorator.js';
import { apiHeaders } from '../http/openapi/api-headers.js';
import { ApiProblems } from '../http/openapi/api-problems.decorator.js';
import { ApiIdParam } from '../http/openapi/api-properties.js';
import { IdPipe } from '../http/validation/id.pipe.js';
import { answerWithPage, ApiListResponse } from '../pagination/list-response.js';
import { PageQueryDto } from '../pagination/page-query.dto.js';
import {
  CreateWebhookDto,
  ReplayWebhookDto,
  UpdateWebhookDto,
  WebhookResponseDto,
  WebhookSecretResponseDto,
} from './webhook.dto.js';
import { WebhookReader } from './webhook.reader.js';
import { WebhooksService, type WithSecret } from './webhooks.service.js';

@ApiTags('Webhooks')
@Roles('admin')
@Controller('webhooks')
export class WebhooksController {
  constructor(
    private readonly webhooks: WebhooksService,
    private readonly reader: WebhookReader,
  ) {}

  @ApiOperation({
    operationId: 'createWebhook',
    summary: 'Add a webhook endpoint',
    description:
      'From now on, every event is sent to the URL: in order, one at a time, at least once, and signed ' +
      'according to Standard Webhooks. Any 2xx within 5 s accepts an event; otherwise it is sent again, ' +
      'after pauses that grow to an hour. There can be up to 100 endpoints.',
  })
  @ApiCreatedResponse({
    type: WebhookSecretResponseDto,
    description: 'The new endpoint, with its secret.',
    headers: apiHeaders('Location'),
  })
  @ApiProblems('webhooks-off', 'too-many-webhooks')
  @Post()
  async create(
    @Body() dto: CreateWebhookDto,
    @CurrentUser() admin: AuthenticatedUser,
    @HttpExchange() exchange: Exchange,
  ): Promise<string> {
    const created = await this.webhooks.create(dto, admin);
    void exchange.reply.header('location', `/webhooks/${created.id}`);
    return sendJson(exchange, withSecret(created));
  }

  @ApiOperation({ operationId: 'listWebhooks', summary: 'List webhook endpoints, sorted by id' })
  @ApiListResponse(WebhookResponseDto)
  @Get()
  async list(@Query() query: PageQueryDto, @HttpExchange() exchange: Exchange): Promise<string> {
    return answerWithPage(await this.reader.list(query), exchange);
  }

  @ApiOperation({ operationId: 'getWebhook', summary: 'Read a webhook endpoint' })
  @ApiIdParam('endpoint')
  @ApiOkResponse({ type: WebhookResponseDto, description: 'The endpoint.' })
  @ApiProblems('webhook-not-found')
  @Get(':id')
  async get(@Param('id', IdPipe) id: number, @HttpExchange() exchange: Exchange): Promise<string> {
    return sendJson(exchange, await this.reader.get(id));
  }

  @ApiOperation({
    operationId: 'updateWebhook',
    summary: 'Change a webhook endpoint, or switch it off or on',
    description:
      'Omitted fields keep their values. The next event is sent at once, without waiting for a pause to end.',
  })
  @ApiIdParam('endpoint')
  @ApiOkResponse({ type: WebhookResponseDto, description: 'The endpoint.' })
  @ApiProblems('webhook-not-found', 'webhooks-off')
  @Patch(':id')
  async update(
    @Param('id', IdPipe) id: number,
    @Body() dto: UpdateWebhookDto,
    @CurrentUser() admin: AuthenticatedUser,
    @HttpExchange() exchange: Exchange,
  ): Promise<string> {
    return sendJson(exchange, await this.webhooks.update(id, dto, admin));
  }

  @ApiOperation({
    operationId: 'deleteWebhook',
    summary: 'Delete a webhook endpoint',
    description: 'Nothing more is sent to it; a message already on its way may still arrive.',
  })
  @ApiIdParam('endpoint')
  @ApiNoContentResponse({ description: 'The endpoint is deleted.' })
  @ApiProblems('webhook-not-found')
  @HttpCode(204)
  @Delete(':id')
  remove(@Param('id', IdPipe) id: number, @CurrentUser() admin: AuthenticatedUser): Promise<void> {
    return this.webhooks.remove(id, admin);
  }

  @ApiOperation({
    operationId: 'rotateWebhookSecret',
    summary: 'Give a webhook endpoint a new secret',
    description: 'For 24 hours, messages have two signatures: one with the new secret and one with the old.',
  })
  @ApiIdParam('endpoint')
  @ApiOkResponse({ type: WebhookSecretResponseDto, description: 'The endpoint, with its new secret.' })
  @ApiProblems('webhook-not-found', 'webhooks-off')
  @HttpCode(200)
  @Post(':id/rotate-secret')
  async rotateSecret(
    @Param('id', IdPipe) id: number,
    @CurrentUser() admin: AuthenticatedUser,
    @HttpExchange() exchange: Exchange,
  ): Promise<string> {
    return sendJson(exchange, withSecret(await this.webhooks.rotateSecret(id, admin)));
  }

  @ApiOperation({
    operationId: 'replayWebhook',
    summary: 'Send events again',
    description:
      'Continues with the first event after `after`. Every delivery of an event has the same `webhook-id`.',
  })
  @ApiIdParam('endpoint')
  @ApiOkResponse({ type: WebhookResponseDto, description: 'The endpoint, at its new position.' })
  @ApiProblems('webhook-not-found', 'webhooks-off')
  @HttpCode(200)
  @Post(':id/replay')
  async replay(
    @Param('id', IdPipe) id: number,
    @Body() { after }: ReplayWebhookDto,
    @CurrentUser() admin: AuthenticatedUser,
    @HttpExchange() exchange: Exchange,
  ): Promise<string> {
    return sendJson(exchange, await this.webhooks.replay(id, after, admin));
  }
}

function withSecret({ json, secret }: WithSecret): string {
  return json.replace(/}$/, `,"secret":${JSON.stringify(secret)}}`);
}
