import { Controller, Get, Query } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { AuthenticatedUser } from '../auth/access/authenticated-user.js';
import { CurrentUser } from '../auth/access/current-user.decorator.js';
import { Roles } from '../auth/access/roles.decorator.js';
import { type Exchange, HttpExchange } from '../http/exchange.decorator.js';
import { StreamRoute } from '../http/stream-route.js';
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
    summary: 'Read what happened, in order',
    description:
      'What happened to orders and products, once each. An event never comes before its cause, and its id never ' +
      'changes: keep the last one, and you miss nothing. `data` is the order or the product as it was then.',
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
    summary: 'Follow what happens',
    description:
      'The same events as Server-Sent Events, and then each as it happens. Whoever does not read is cut off when more ' +
      'than 1 MiB waits for them. The stream also ends with its session or the role of its user, and with the process: ' +
      'send the last id again to resume without a gap or a repeat.',
  })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description:
      'The id of the last event that you have; it goes before `after`, as clients send it by themselves.',
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
