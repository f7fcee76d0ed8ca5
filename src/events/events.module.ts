import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Event } from './event.entity.js';
import { EventFeed } from './event.feed.js';
import { EventSequencer } from './event.sequencer.js';
import { EventStreams } from './event.streams.js';
import { EventTail } from './event.tail.js';
import { EventsController } from './events.controller.js';

@Module({
  imports: [TypeOrmModule.forFeature([Event])],
  controllers: [EventsController],
  providers: [EventFeed, EventSequencer, EventStreams, EventTail],
  exports: [EventFeed],
})
export class EventsModule {}
