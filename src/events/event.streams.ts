import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { findAdminSessions } from '../auth/access/admin-sessions.js';
import { BoundedSemaphore } from '../common/bounded-semaphore.js';
import { ServiceBusyError } from '../common/domain-error.js';
import { Env } from '../config/env.js';
import { BackgroundTasks } from '../database/background.tasks.js';
import { DatabaseReader } from '../database/database.reader.js';
import { EventFeed } from './event.feed.js';
import { EventStream, type StreamOptions } from './event.stream.js';
import { EventTail, STREAM_PAGE } from './event.tail.js';

/** How long a stream outlives its session, its user or their role. */
const CHECK_EVERY_MS = 1_000;
export const HEARTBEAT_EVERY_S = 15;
/** How many streams read what they missed at the same time. */
const CATCHING_UP_MAX = 2;
const CATCH_UP_WAIT_MS = 30_000;

/** The streams of this process: limits them, lets them catch up and ends them. */
@Injectable()
export class EventStreams implements OnModuleDestroy {
  readonly limit: number;
  private readonly open = new Set<EventStream>();
  private readonly catchingUp: BoundedSemaphore;
  private isStopping = false;

  constructor(
    private readonly feed: EventFeed,
    private readonly tail: EventTail,
    private readonly database: DatabaseReader,
    @Inject(Env) env: Env,
    tasks: BackgroundTasks,
  ) {
    this.limit = env.EVENT_STREAMS_MAX;
    const waiting = { waitingMax: this.limit, waitMsMax: CATCH_UP_WAIT_MS };
    this.catchingUp = new BoundedSemaphore({ slots: CATCHING_UP_MAX, ...waiting });
    tasks.repeat({ name: EventStreams.name, everyMs: CHECK_EVERY_MS, run: () => this.endForbidden() });
    tasks.repeat({ name: EventStreams.name, everyMs: HEARTBEAT_EVERY_S * 1_000, run: () => this.beat() });
  }

  get count(): number {
    return this.open.size;
  }

  /**
   * Streams every event after `after` without gaps or repeats, then new ones. Without `after`, only new ones.
   * @throws ServiceBusyError beyond EVENT_STREAMS_MAX, while the process stops, and without a database.
   */
  async start(after: number | undefined, options: StreamOptions): Promise<EventStream> {
    const position = after ?? (await this.feed.head());
    if (this.isStopping || this.open.size >= this.limit) {
      throw new ServiceBusyError(
        {},
        'This process already serves as many event streams as EVENT_STREAMS_MAX allows.',
      );
    }
    const stream = new EventStream(position, options);
    this.open.add(stream);
    stream.once('close', () => this.open.delete(stream));
    // A reader that is disconnected resumes where it was.
    this.catchUp(stream).catch(() => stream.destroy());
    return stream;
  }

  /** Streams never end by themselves. Their readers resume on another process. */
  onModuleDestroy(): void {
    this.isStopping = true;
    for (const stream of this.open) stream.finish();
  }

  private async catchUp(stream: EventStream): Promise<void> {
    const { types } = stream.options;
    let isAtHead = false;
    do {
      const query = { after: stream.position, limit: STREAM_PAGE, types };
      const page = await this.catchingUp.run(() => this.feed.read(query));
      stream.send(page);
      await stream.taken();
      ({ isAtHead } = page);
    } while (!stream.destroyed && !(isAtHead && this.tail.join(stream)));
  }

  private beat(): Promise<void> {
    for (const stream of this.open) stream.beat();
    return Promise.resolve();
  }

  private async endForbidden(): Promise<void> {
    const streams = [...this.open];
    if (streams.length === 0) return;
    const sessionIds = new Set(streams.map(({ options }) => options.sessionId));
    // Without a database, no stream can leak anything, since it gets no events.
    const sessions = await findAdminSessions(this.database, [...sessionIds]).catch(() => sessionIds);
    for (const stream of streams) {
      if (!sessions.has(stream.options.sessionId)) stream.finish();
    }
  }
}
