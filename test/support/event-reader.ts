import type { EventBody } from './api-types.js';
import type { Client } from './client.js';
import { delay } from '../../src/common/retry.js';
import { until } from './database.js';

/** A reader of the event stream that keeps everything it received. */
export class EventReader {
  readonly events: EventBody[] = [];
  /** The raw text received so far. */
  text = '';
  isClosed = false;
  /** Whether the service ended the response properly, once it has ended. */
  readonly closed: Promise<boolean>;
  private rest = '';

  private constructor(
    readonly response: Response,
    private readonly aborting: AbortController,
  ) {
    this.closed = this.read();
  }

  static async open(
    { url }: { readonly url: string },
    { token = '' }: Pick<Client, 'token'>,
    { query = '', lastEventId = undefined as number | undefined } = {},
  ): Promise<EventReader> {
    const aborting = new AbortController();
    const headers = {
      authorization: `Bearer ${token}`,
      ...(lastEventId === undefined ? {} : { 'last-event-id': String(lastEventId) }),
    };
    const response = await fetch(`${url}/events/stream${query}`, { headers, signal: aborting.signal });
    return new EventReader(response, aborting);
  }

  get ids(): number[] {
    return this.events.map(({ id }) => id);
  }

  /** The last position that the service has sent. */
  get position(): number {
    return Number([...this.text.matchAll(/^id: (\d+)$/gm)].at(-1)?.[1] ?? 0);
  }

  async has(count: number): Promise<EventBody[]> {
    await until(`${count} events come`, () => Promise.resolve(this.events.length >= count || this.isClosed));
    return this.events;
  }

  /** Has no timeout of its own, for what comes only after a while. */
  async says(text: string): Promise<void> {
    while (!this.text.includes(text) && !this.isClosed) await delay(10);
  }

  leave(): void {
    this.aborting.abort();
  }

  private async read(): Promise<boolean> {
    try {
      for await (const chunk of this.response.body ?? [])
        this.take(Buffer.from(chunk as Uint8Array).toString());
      return true;
    } catch {
      return false;
    } finally {
      this.isClosed = true;
    }
  }

  /** The tests use only ASCII, so no character is split between two chunks. */
  private take(text: string): void {
    this.text += text;
    const frames = (this.rest + text).split('\n\n');
    this.rest = frames.pop() ?? '';
    for (const frame of frames) {
      const [, id] = /^id: (\d+)$/m.exec(frame) ?? [];
      const [, data] = /^data: (.*)$/m.exec(frame) ?? [];
      if (data === undefined) continue;
      const event = JSON.parse(data) as EventBody;
      if (String(event.id) !== id) throw new Error(`An event has two ids: ${frame}`);
      this.events.push(event);
    }
  }
}
