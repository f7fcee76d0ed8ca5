import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { ServiceBusyError } from '../common/domain-error.js';
import { Env } from '../config/env.js';
import { BackgroundTasks } from '../database/background.tasks.js';
import { asServiceBusy } from '../database/database-errors.js';
import { EventFeed } from '../events/event.feed.js';
import { EndpointLeases, type EndpointsState, type LeasedEndpoint } from './endpoint.leases.js';
import { EndpointWorker } from './endpoint-worker.js';
import { MessageSender } from './message.sender.js';

/** How often to look for new events while there are active endpoints. */
const LOOK_EVERY_MS = 50;
/** Well below the time of a lease. Also how often to look for endpoints whose pause or lease is over. */
const RENEW_EVERY_MS = 1_000;
/** How long a stop waits for receivers to answer. */
const STOP_MS_MAX = 1_000;

/** Delivers events to webhook endpoints. All processes look for work; one at a time serves an endpoint. */
@Injectable()
export class WebhookDispatcher implements OnModuleDestroy {
  /** As of this process's last look. */
  state: EndpointsState = { working: 0, failing: 0, switchedOff: 0, lagEvents: 0, lagSeconds: 0 };
  private readonly logger = new Logger(WebhookDispatcher.name);
  private readonly workers = new Map<string, { worker: EndpointWorker; ended: Promise<void> }>();
  private isStopping = false;
  private head = 0;

  constructor(
    @Inject(Env) { WEBHOOKS }: Env,
    tasks: BackgroundTasks,
    private readonly feed: EventFeed,
    private readonly leases: EndpointLeases,
    private readonly sender: MessageSender,
  ) {
    if (WEBHOOKS !== 'on') return;
    const { name } = WebhookDispatcher;
    tasks.repeat({ name, everyMs: RENEW_EVERY_MS, run: () => this.renewAndTake() });
    tasks.repeat({ name, everyMs: LOOK_EVERY_MS, run: () => this.look() });
  }

  async onModuleDestroy(): Promise<void> {
    this.isStopping = true;
    const workers = [...this.workers.values()];
    for (const { worker } of workers) worker.stop();
    const timer = setTimeout(() => workers.forEach(({ worker }) => worker.lose()), STOP_MS_MAX);
    await Promise.all(workers.map(({ ended }) => ended));
    clearTimeout(timer);
  }

  private get hasActiveEndpoints(): boolean {
    return this.state.working + this.state.failing > 0;
  }

  private async look(): Promise<void> {
    if (!this.hasActiveEndpoints) return;
    const head = await this.feed.head();
    if (head === this.head) return;
    this.head = head;
    await this.take();
  }

  private async renewAndTake(): Promise<void> {
    const at = performance.now();
    const asked = [...this.workers];
    const held = await this.leases.renew(asked.map(([lease]) => lease));
    for (const [lease, { worker }] of asked) {
      if (held.has(lease)) worker.holdLeaseFrom(at);
      else worker.lose();
    }
    this.state = await this.leases.state();
    if (this.hasActiveEndpoints) await this.take();
  }

  private async take(): Promise<void> {
    if (this.isStopping) return;
    const at = performance.now();
    for (const endpoint of await this.leases.take()) this.serve(endpoint, at);
  }

  private serve(endpoint: LeasedEndpoint, askedAt: number): void {
    const worker = new EndpointWorker(endpoint, this.leases, this.sender);
    worker.holdLeaseFrom(askedAt);
    if (this.isStopping) worker.stop();
    const ended = worker
      .serve()
      .catch((error: unknown) => this.report(error))
      .finally(() => this.workers.delete(endpoint.lease));
    this.workers.set(endpoint.lease, { worker, ended });
  }

  /** Requests report an unreachable database already. The endpoint is taken again at a later look. */
  private report(error: unknown): void {
    if (!(asServiceBusy(error) instanceof ServiceBusyError)) this.logger.error(error);
  }
}
