import { Controller, Get, Query } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { AuthenticatedUser } from '../auth/access/authenticated-user.js';
import { CurrentUser } from '../auth/access/current-user.decorator.js';
import { Roles } from '../auth/access/roles.decorator.js';
import { type Exchange, HttpExchange } from '../http/exchange.decorator.js';
import { StreamRoute } from '../health/request.drain.js';
import { ApiEventList, ApiEventStream } from './event-schemas.js';
import { type EventPaginationDto, EventStreamQueryDto, ListEventsQueryDto } from './event.dto.js';
import { EventFeed, type FeedEvent } from './event.feed.js';
import type { EventStream } from './event.stream.js';
import { EventStreams } from './event.streams.js';
import { lastEventId, openStream } from './stream-exchange.js';

@ApiTags('Events')
@Roles('admin')
@Controller('events')
export class EventsController {
  constructor(
    private readonly feed: EventFeed,
    private readonly streams: EventStreams,
  ) {}

  @ApiOperation({
    operationId: 'listEvents',
    summary: 'List events, oldest first',
    description:
      'Lists everything that happened to orders and products, each event once, in an order that never ' +
      'changes. An event always follows its cause. Continue from the last id you have read, and you miss ' +
      'nothing. `data` is the order or product as it was at that moment.',
  })
  @ApiEventList()
  @Get()
  async list(
    @Query() query: ListEventsQueryDto,
  ): Promise<{ data: readonly FeedEvent[]; pagination: EventPaginationDto }> {
    const { after = 0, limit, wantedTypes: types } = query;
    const { events, nextAfter, hasMore } = await this.feed.read({ after, limit, types });
    const log_began_at = (await this.feed.beganAt()).toISOString();
    return { data: events, pagination: { limit, next_after: nextAfter, has_more: hasMore, log_began_at } };
  }

  @ApiOperation({
    operationId: 'streamEvents',
    summary: 'Stream events',
    description:
      'Sends the same events as Server-Sent Events, then each new one as it happens. A reader that falls ' +
      'more than 1 MiB behind is disconnected. The stream also ends when its session ends, its user loses ' +
      'the role or the process stops. Reconnect with the last id to resume without gaps or repeats.',
  })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description:
      'The id of the last event you have read, as SSE clients send it when they reconnect. Takes ' +
      'precedence over `after`.',
    schema: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
  })
  @ApiEventStream()
  @StreamRoute()
  @Get('stream')
  async stream(
    @Query() { after, wantedTypes: types }: EventStreamQueryDto,
    @CurrentUser() { sessionId }: AuthenticatedUser,
    @HttpExchange() exchange: Exchange,
  ): Promise<EventStream> {
    const unsentBytes = () => exchange.reply.raw.writableLength;
    const from = lastEventId(exchange.request) ?? after;
    const stream = await this.streams.start(from, { types, sessionId, unsentBytes });
    return openStream(exchange, stream);
  }
}
