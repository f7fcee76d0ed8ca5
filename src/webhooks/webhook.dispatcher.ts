import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { ServiceBusyError } from '../common/domain-error.js';
import { Env } from '../config/env.js';
import { BackgroundTasks } from '../database/background.tasks.js';
import { asServiceBusy } from '../database/database-errors.js';
import { EventFeed } from '../events/event.feed.js';
import { EndpointLeases, type EndpointsState, type LeasedEndpoint } from './endpoint.leases.js';
import { EndpointWorker } from './endpoint-worker.js';
import { MessageSender } from './message.sender.js';

/** Between two looks for new events, while there are endpoints. */
const LOOK_EVERY_MS = 50;
/**
 * Far below the time of a lease. As often, endpoints are found whose pause is over or whose process has died.
 */
const RENEW_EVERY_MS = 1_000;
/** How long a stopping process waits for answers. */
const STOP_MS_MAX = 1_000;

/**
 * Calls webhook endpoints about what happens. All processes
 * look for work; each endpoint is served by one at a time.
 */
@Injectable()
export class WebhookDispatcher implements OnModuleDestroy {
  /** As this process found it at its last look. */
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

  /** Whether anybody is to be called. */
  private get hasEndpoints(): boolean {
    return this.state.working + this.state.failing > 0;
  }

  /** For new events. While there are no endpoints, nobody reads the log. */
  private async look(): Promise<void> {
    if (!this.hasEndpoints) return;
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
      if (held.has(lease)) worker.mayServeFrom(at);
      else worker.lose();
    }
    this.state = await this.leases.state();
    if (this.hasEndpoints) await this.take();
  }

  private async take(): Promise<void> {
    if (this.isStopping) return;
    const at = performance.now();
    for (const endpoint of await this.leases.take()) this.serve(endpoint, at);
  }

  private serve(endpoint: LeasedEndpoint, leasedAt: number): void {
    const worker = new EndpointWorker(endpoint, this.leases, this.sender);
    worker.mayServeFrom(leasedAt);
    if (this.isStopping) worker.stop();
    const ended = worker
      .serve()
      .catch((error: unknown) => this.report(error))
      .finally(() => this.workers.delete(endpoint.lease));
    this.workers.set(endpoint.lease, { worker, ended });
  }

  /**
   * A database that is away is reported by those who ask
   * for something; another look takes the endpoint again.
   */
  private report(error: unknown): void {
    if (!(asServiceBusy(error) instanceof ServiceBusyError)) this.logger.error(error);
  }
}
