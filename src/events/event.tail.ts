import { Injectable, Logger } from '@nestjs/common';
import { ServiceBusyError } from '../common/domain-error.js';
import { delay } from '../common/retry.js';
import { asServiceBusy } from '../database/database-errors.js';
import { EventFeed, type FeedPage } from './event.feed.js';
import type { EventStream } from './event.stream.js';

/** How often to look for new events while there are readers. */
const LOOK_EVERY_MS = 50;
const AFTER_FAULT_MS = 500;
/** Events per read. */
export const STREAM_PAGE = 250;
/** What a reader may leave unread beyond the network's buffers before the next event disconnects it. */
export const BACKLOG_MAX_BYTES = 1024 * 1024;

/** Reads new events once for all streams of this process that have caught up. */
@Injectable()
export class EventTail {
  bytesCut = 0;
  private readonly logger = new Logger(EventTail.name);
  private readonly streams = new Set<EventStream>();
  private position = 0;
  private isRunning = false;

  constructor(private readonly feed: EventFeed) {}

  /** @returns false if the stream is behind: events that it misses have already been sent. */
  join(stream: EventStream): boolean {
    if (this.isRunning && stream.position < this.position) return false;
    this.streams.add(stream);
    stream.once('close', () => this.streams.delete(stream));
    if (!this.isRunning) void this.run(stream.position);
    return true;
  }

  private async run(position: number): Promise<void> {
    this.position = position;
    this.isRunning = true;
    while (this.streams.size > 0) await delay(await this.look());
    this.isRunning = false;
  }

  /** @returns the milliseconds until the next look. */
  private async look(): Promise<number> {
    try {
      const page = await this.feed.read({ after: this.position, limit: STREAM_PAGE });
      this.position = page.nextAfter;
      if (page.events.length > 0) this.passOn(page);
      return page.isAtHead ? LOOK_EVERY_MS : 0;
    } catch (error) {
      // Requests report an unreachable database already. Streams continue when it is back.
      if (!(asServiceBusy(error) instanceof ServiceBusyError)) this.logger.error(error);
      return AFTER_FAULT_MS;
    }
  }

  private passOn(page: FeedPage): void {
    for (const stream of this.streams) {
      if (stream.backlogBytes > BACKLOG_MAX_BYTES) this.cut(stream);
      else stream.send(page);
    }
  }

  /** The reader resumes with its last id, and then gets the rest as fast as it reads. */
  private cut(stream: EventStream): void {
    this.bytesCut += stream.backlogBytes;
    this.streams.delete(stream);
    stream.destroy();
  }
}
