import { Readable } from 'node:stream';
import { delay } from '../common/retry.js';
import type { FeedEvent, FeedPage } from './event.feed.js';
import type { EventType } from './event-types.js';

/** A reader with less than this to take is given more. */
const NEARLY_NOTHING_BYTES = 256 * 1024;
const TAKEN_CHECK_MS = 20;

export interface StreamOptions {
  readonly types: readonly EventType[] | undefined;
  readonly sessionId: string;
  /** Bytes that the connection has accepted but not sent yet. */
  readonly unsentBytes: () => number;
}

/** The Server-Sent Events for one reader. */
export class EventStream extends Readable {
  private hasFinished = false;

  /** @param position the last event that the reader has. */
  constructor(
    public position: number,
    readonly options: StreamOptions,
  ) {
    super();
    this.push(`retry: 1000\n${positionBlock(position)}`);
  }

  /** Bytes that the reader has not taken yet. */
  get backlogBytes(): number {
    return this.readableLength + this.options.unsentBytes();
  }

  /** Does nothing: events are pushed as they come. */
  override _read(): void {}

  /** Sends the events that the reader wants and does not have yet. */
  send({ events, nextAfter }: Pick<FeedPage, 'events' | 'nextAfter'>): void {
    const { types } = this.options;
    const wanted = events.filter(({ id, type }) => id > this.position && (types?.includes(type) ?? true));
    this.position = Math.max(this.position, nextAfter);
    if (wanted.length > 0) this.write(wanted.map(textOf).join(''));
  }

  /** Also sends the position, which advances even if the reader wants none of the events. */
  beat(): void {
    this.write(`: heartbeat\n${positionBlock(this.position)}`);
  }

  /** Ends the answer after what the reader has yet to take. */
  finish(): void {
    this.write(null);
    this.hasFinished = true;
  }

  /** Waits until the reader has taken nearly everything, or is gone. */
  async taken(): Promise<void> {
    while (!this.destroyed && this.backlogBytes > NEARLY_NOTHING_BYTES) await delay(TAKEN_CHECK_MS);
  }

  private write(text: string | null): void {
    if (!this.hasFinished && !this.destroyed) this.push(text);
  }
}

/** Without data, it is not an event, but clients that reconnect by themselves keep the id. */
const positionBlock = (position: number) => `id: ${position}\n\n`;

const texts = new WeakMap<FeedEvent, string>();

/** Rendered once for all streams. */
function textOf(event: FeedEvent): string {
  const known = texts.get(event);
  if (known !== undefined) return known;
  const text = `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
  texts.set(event, text);
  return text;
}
