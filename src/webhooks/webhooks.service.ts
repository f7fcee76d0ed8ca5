import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { QueryDeepPartialEntity } from 'typeorm/query-builder/QueryPartialEntity.js';
import { lockAdmin } from '../auth/access/lock-caller.js';
import type { AuthenticatedUser } from '../auth/access/authenticated-user.js';
import { Env } from '../config/env.js';
import { ADVISORY_LOCKS } from '../database/advisory-locks.js';
import { TIME_UNDER_LOCK } from '../database/columns.js';
import { TransactionRunner } from '../database/transaction.runner.js';
import { EventFeed } from '../events/event.feed.js';
import { OutboundRequests } from './outbound.requests.js';
import { WebhookEndpoint } from './webhook-endpoint.entity.js';
import { type CreateWebhookDto, type UpdateWebhookDto, WebhookResponseDto } from './webhook.dto.js';
import { newSecret, WebhookSecrets } from './webhook.secrets.js';
import {
  BeyondLogError,
  TooManyWebhooksError,
  WebhookNotFoundError,
  WebhooksOffError,
} from './webhooks.errors.js';

export const WEBHOOKS_MAX = 100;
/** How long the old secret also signs after a rotation. */
const OVERLAP = `interval '24 hours'`;

export const SELECT_WEBHOOK = `SELECT ${WebhookResponseDto.json} AS json FROM webhook_endpoints WHERE id =`;

const ACTIVE = { disabledAt: null, failingSince: null, lastError: null };
const SWITCHED_OFF = { disabledAt: () => `coalesce(disabled_at, ${TIME_UNDER_LOCK()})` };

type Change = QueryDeepPartialEntity<WebhookEndpoint>;

/** An endpoint as JSON, and its new secret. */
export interface WithSecret {
  readonly id: number;
  readonly json: string;
  readonly secret: string;
}

@Injectable()
export class WebhooksService implements OnApplicationBootstrap {
  constructor(
    @Inject(Env) private readonly env: Env,
    private readonly transactions: TransactionRunner,
    private readonly feed: EventFeed,
    private readonly requests: OutboundRequests,
    private readonly secrets: WebhookSecrets,
  ) {}

  /** After a change of JWT_SECRET, encrypts the secrets again before the previous one is forgotten. */
  async onApplicationBootstrap(): Promise<void> {
    if (!this.secrets.hasPrevious) return;
    await this.transactions.run(async ({ manager }) => {
      const endpoints = await manager.find(WebhookEndpoint, {
        lock: { mode: 'pessimistic_write' },
        order: { id: 'ASC' },
      });
      for (const { id, ...stored } of endpoints) {
        const secret = this.resealed(stored.secret);
        const previousSecret = stored.previousSecret && this.resealed(stored.previousSecret);
        await manager.update(WebhookEndpoint, { id }, { secret, previousSecret });
      }
    });
  }

  /**
   * Adds an endpoint that gets all events from now on.
   * @throws ValidationFailedError, TooManyWebhooksError, WebhooksOffError
   */
  async create({ url, types }: CreateWebhookDto, admin: AuthenticatedUser): Promise<WithSecret> {
    const secret = newSecret();
    const endpoint = {
      url: this.requests.checkedUrl(url),
      types: types ?? null,
      secret: this.secrets.seal(secret),
    };
    this.assertOn();
    const position = await this.feed.head();
    return this.transactions.run(async ({ manager }) => {
      await manager.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.webhookEndpoints]);
      if ((await manager.count(WebhookEndpoint)) >= WEBHOOKS_MAX)
        throw new TooManyWebhooksError(WEBHOOKS_MAX);
      const added = manager.create(WebhookEndpoint, { ...endpoint, position });
      await manager.insert(WebhookEndpoint, added);
      await lockAdmin(manager, admin);
      return { id: added.id, json: await read(manager, added.id), secret };
    });
  }

  /** @returns the endpoint as JSON. @throws WebhookNotFoundError, ValidationFailedError, WebhooksOffError */
  update(
    id: number,
    { url, types, is_active: isActive }: UpdateWebhookDto,
    admin: AuthenticatedUser,
  ): Promise<string> {
    return this.change(id, admin, {
      ...(url === undefined ? {} : { url: this.requests.checkedUrl(url) }),
      ...(types === undefined ? {} : { types }),
      ...(isActive === undefined ? {} : isActive ? ACTIVE : SWITCHED_OFF),
    });
  }

  /** Until the overlap ends, the old secret also signs. @throws WebhookNotFoundError, WebhooksOffError */
  async rotateSecret(id: number, admin: AuthenticatedUser): Promise<WithSecret> {
    const secret = newSecret();
    const json = await this.change(id, admin, {
      secret: this.secrets.seal(secret),
      previousSecret: () => 'secret',
      previousSecretUntil: () => `${TIME_UNDER_LOCK()} + ${OVERLAP}`,
    });
    return { id, json, secret };
  }

  /** Delivers everything after an event again, or skips what is not delivered yet. */
  async replay(id: number, after: number, admin: AuthenticatedUser): Promise<string> {
    this.assertOn();
    if (after > (await this.feed.head())) throw new BeyondLogError();
    // Another event that is next has not failed yet. Failures that switched an endpoint off stay visible.
    const keep = (column: string) => () =>
      `CASE WHEN disabled_at IS NOT NULL OR position = ${after} THEN ${column} END`;
    const failure = { failingSince: keep('failing_since'), lastError: keep('last_error') };
    return this.change(id, admin, { position: after, ...failure });
  }

  /** @throws WebhookNotFoundError */
  async remove(id: number, admin: AuthenticatedUser): Promise<void> {
    await this.transactions.run(async ({ manager }) => {
      const { affected } = await manager.delete(WebhookEndpoint, { id });
      if (affected === 0) throw new WebhookNotFoundError();
      await lockAdmin(manager, admin);
    });
  }

  /** Removes the lease, so that the worker ends and delivery goes on at once with the new state. */
  private change(id: number, admin: AuthenticatedUser, change: Change): Promise<string> {
    this.assertOn();
    const anew = { lease: null, attempts: 0, nextAttemptAt: TIME_UNDER_LOCK, updatedAt: TIME_UNDER_LOCK };
    return this.transactions.run(async ({ manager }) => {
      const { affected } = await manager.update(WebhookEndpoint, { id }, { ...change, ...anew });
      if (affected === 0) throw new WebhookNotFoundError();
      await lockAdmin(manager, admin);
      return read(manager, id);
    });
  }

  private resealed(secret: string): string {
    const opened = this.secrets.open(secret);
    return opened === undefined ? secret : this.secrets.seal(opened);
  }

  private assertOn(): void {
    if (this.env.WEBHOOKS !== 'on') throw new WebhooksOffError();
  }
}

async function read(manager: EntityManager, id: number): Promise<string> {
  const [row] = await manager.query<[{ json: string }]>(`${SELECT_WEBHOOK} $1`, [id]);
  return row.json;
}
