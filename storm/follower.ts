import { becomesTrue } from '../src/common/retry.js';
import { pause } from './clock.js';
import { EventLog, type LoggedEvent } from './event-log.js';
import type { StormedService } from './service-process.js';
import type { Account } from './shop.js';

const RESUME_MS = 50;
const CATCH_UP_MS_MAX = 20_000;
const PAGE = 1_000;

/** Follows the event stream of one process, and resumes after the last event whenever it is cut off. */
export class Follower {
  readonly log: EventLog;

  constructor(
    private readonly service: StormedService,
    private readonly admin: Account,
  ) {
    this.log = new EventLog(service.name);
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.follow(signal).catch(() => undefined);
      await pause(RESUME_MS, signal);
    }
  }

  /** Reads the rest, once no more events happen. */
  async finish(): Promise<void> {
    await becomesTrue(() => this.readPage().catch(() => false), CATCH_UP_MS_MAX);
  }

  private async follow(signal: AbortSignal): Promise<void> {
    const response = await this.ask('/events/stream', { 'last-event-id': String(this.log.position) }, signal);
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of response.body ?? []) {
      const frames = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n\n');
      rest = frames.pop() ?? '';
      for (const frame of frames) this.note(frame);
    }
  }

  private note(frame: string): void {
    const data = /^data: (.*)$/m.exec(frame)?.[1];
    if (data !== undefined) this.log.note(JSON.parse(data) as LoggedEvent);
  }

  /** Whether it was the last one. */
  private async readPage(): Promise<boolean> {
    const response = await this.ask(`/events?after=${this.log.position}&limit=${PAGE}`);
    const page = (await response.json()) as {
      data: LoggedEvent[];
      pagination: { has_more: boolean };
    };
    for (const event of page.data) this.log.note(event);
    return !page.pagination.has_more;
  }

  private async ask(path: string, headers = {}, signal?: AbortSignal): Promise<Response> {
    const authorization = `Bearer ${this.admin.token}`;
    const init = { headers: { authorization, ...headers }, ...(signal ? { signal } : {}) };
    const response = await fetch(this.service.url + path, init);
    if (response.status !== 200) throw new Error(`${path} answered ${response.status}`);
    return response;
  }
}
