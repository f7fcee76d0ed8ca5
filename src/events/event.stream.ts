import { Readable } from 'node:stream';
import { delay } from '../common/retry.js';
import type { FeedEvent, FeedPage } from './event.feed.js';
import type { EventType } from './event-types.js';

/** So little that its reader is given more. */
const NEARLY_NOTHING_BYTES = 256 * 1024;
const TAKEN_CHECK_MS = 20;

export interface StreamOptions {
  readonly types: readonly EventType[] | undefined;
  readonly sessionId: string;
  /** Bytes that the connection has taken and not sent yet. */
  readonly unsentBytes: () => number;
}

/** What one reader gets, as Server-Sent Events. */
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

  /** Bytes that the reader has not taken. */
  get backlogBytes(): number {
    return this.readableLength + this.options.unsentBytes();
  }

  /** What comes is pushed. */
  override _read(): void {}

  /** Passes on what the reader does not have yet and wants. */
  send({ events, nextAfter }: Pick<FeedPage, 'events' | 'nextAfter'>): void {
    const { types } = this.options;
    const wanted = events.filter(({ id, type }) => id > this.position && (types?.includes(type) ?? true));
    this.position = Math.max(this.position, nextAfter);
    if (wanted.length > 0) this.write(wanted.map(textOf).join(''));
  }

  /** Tells the position as well, which moves on also where nothing that happens is wanted. */
  beat(): void {
    this.write(`: heartbeat\n${positionBlock(this.position)}`);
  }

  /** Ends the answer behind what the reader still has to take. */
  finish(): void {
    this.write(null);
    this.hasFinished = true;
  }

  /** Waits until the reader has taken nearly all, or is gone. */
  async taken(): Promise<void> {
    while (!this.destroyed && this.backlogBytes > NEARLY_NOTHING_BYTES) await delay(TAKEN_CHECK_MS);
  }

  private write(text: string | null): void {
    if (!this.hasFinished && !this.destroyed) this.push(text);
  }
}

/** Without data it is no event, but clients that resume by themselves keep the id. */
const positionBlock = (position: number) => `id: ${position}\n\n`;

const texts = new WeakMap<FeedEvent, string>();

/** Made once for all streams. */
function textOf(event: FeedEvent): string {
  const known = texts.get(event);
  if (known !== undefined) return known;
  const text = `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
  texts.set(event, text);
  return text;
}
