import { Injectable } from '@nestjs/common';
import type { FeedEvent } from '../events/event.feed.js';
import { DeliveryError } from './delivery.errors.js';
import type { LeasedEndpoint } from './endpoint.leases.js';
import { OutboundRequests } from './outbound.requests.js';
import { sign, WebhookSecrets } from './webhook.secrets.js';

const UNREADABLE = 'Its secret cannot be decrypted, because JWT_SECRET was changed; rotate it.';

/** Sends events as signed messages (Standard Webhooks). */
@Injectable()
export class MessageSender {
  constructor(
    private readonly requests: OutboundRequests,
    private readonly secrets: WebhookSecrets,
  ) {}

  /** @returns the status of the answer. @throws DeliveryError if there is none. */
  send(event: FeedEvent, endpoint: LeasedEndpoint, signal: AbortSignal): Promise<number> {
    const body = JSON.stringify(event);
    // Every attempt and replay has the same id, so that a receiver can recognize repeats.
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'Mini-Order-System-Webhooks',
      ...sign(`evt_${event.id}`, body, this.secretsOf(endpoint)),
    };
    return this.requests.post(endpoint.url, { headers, body, signal });
  }

  private secretsOf({ secret, previousSecret, previousSecretUntil }: LeasedEndpoint): string[] {
    const current = this.secrets.open(secret);
    if (current === undefined) throw new DeliveryError(UNREADABLE);
    const isOver = previousSecretUntil === null || previousSecretUntil.getTime() <= Date.now();
    const previous = isOver || previousSecret === null ? undefined : this.secrets.open(previousSecret);
    return previous === undefined ? [current] : [current, previous];
  }
}
