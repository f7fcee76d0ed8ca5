import { NEVER, now, pause } from './clock.js';
import type { EventLog } from './event-log.js';
import { exchange } from './http-exchange.js';
import { type Shop, succeed } from './shop.js';
import type { WebhookReceiver } from './webhook-receiver.js';

const WAKE_EVERY_MS = 300;
/** How long to wait for the rest while none of it arrives. */
const STANDSTILL_MS_MAX = 15_000;

/** A webhook endpoint served by both processes. Its admin cuts short the pauses after failures. */
export class WebhookEndpoint {
  private constructor(
    private readonly shop: Shop,
    readonly receiver: WebhookReceiver,
    private readonly id: number,
  ) {}

  /** Adds the endpoint and replays the log from the first event. */
  static async add(shop: Shop, receiver: WebhookReceiver): Promise<WebhookEndpoint> {
    const url = shop.services[0]?.url ?? '';
    const { token } = shop.admin;
    const created = await succeed(url, { route: 'POST /webhooks', token, json: { url: receiver.url } });
    receiver.secret = String(created.secret);
    const id = Number(created.id);
    await succeed(url, { route: 'POST /webhooks/{id}/replay', id, token, json: { after: 0 } });
    return new WebhookEndpoint(shop, receiver, id);
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.receiver.hasFailed && !this.receiver.isHanging) await this.wake();
      await pause(WAKE_EVERY_MS, signal);
    }
    this.receiver.becomeReliable();
  }

  /** Waits for the rest of the log, as long as some of it arrives. */
  async finish(log: EventLog): Promise<void> {
    const { messages } = this.receiver;
    let [last, cameAt] = [messages.position, now()];
    while (messages.position < log.position && now() < cameAt + STANDSTILL_MS_MAX) {
      await pause(20, NEVER);
      if (messages.position !== last) [last, cameAt] = [messages.position, now()];
    }
    messages.compare(log);
  }

  private async wake(): Promise<void> {
    const json = { is_active: true };
    const ask = { route: 'PATCH /webhooks/{id}', id: this.id, token: this.shop.admin.token, json } as const;
    // A process that does not answer now is asked again.
    for (const { url } of this.shop.services) await exchange(url, ask);
  }
}
