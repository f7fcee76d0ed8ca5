import { Observed } from '../common/observation.js';
import type { FeedEvent, FeedPage } from '../events/event.feed.js';
import { DeliveryError } from './delivery.errors.js';
import { type EndpointLeases, type Failure, LEASE_MS, type LeasedEndpoint } from './endpoint.leases.js';
import type { MessageSender } from './message.sender.js';

/** If the process dies, events delivered since the last save are delivered again. */
const SAVE_EVERY_MS = 100;
const FIRST_PAUSE_MS = 1_000;
const PAUSE_MS_MAX = 3_600_000;
const GONE = 410;

type Fault = Pick<Failure, 'reason' | 'isGone'>;

/** Each attempt to deliver an event; the result is what went wrong, if anything. */
export const DELIVERIES = new Observed<FeedEvent, Fault | undefined>();

/** Delivers to one endpoint, event by event, until it has all of them, one fails, or the lease is lost. */
export class EndpointWorker {
  private readonly lost = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private isStopping = false;
  private position: number;
  private savedPosition: number;
  private savedAt = performance.now();

  constructor(
    private readonly endpoint: LeasedEndpoint,
    private readonly leases: EndpointLeases,
    private readonly sender: MessageSender,
  ) {
    this.position = endpoint.position;
    this.savedPosition = endpoint.position;
  }

  /** @param askedAt when the lease was requested, by `performance.now()`: the earliest time it can start. */
  holdLeaseFrom(askedAt: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.lose(), askedAt + LEASE_MS - performance.now());
  }

  /** The lease is lost: aborts the request under way, whose result does not count. */
  lose(): void {
    this.lost.abort();
  }

  /** Ends after the request under way. */
  stop(): void {
    this.isStopping = true;
  }

  async serve(): Promise<void> {
    try {
      const failure = await this.deliverAll();
      if (failure) await this.leases.fail(this.endpoint, this.position, failure);
      else await this.save();
    } finally {
      clearTimeout(this.timer);
      await this.leases.giveBack(this.endpoint);
    }
  }

  private async deliverAll(): Promise<Failure | undefined> {
    let page: FeedPage;
    do {
      page = await this.leases.read(this.endpoint, this.position);
      const failure = await this.deliver(page.events);
      if (failure || this.isOver) return failure;
      this.position = page.nextAfter;
      await this.saveIfDue();
    } while (!page.isAtHead);
    return undefined;
  }

  private async deliver(events: readonly FeedEvent[]): Promise<Failure | undefined> {
    for (const event of events) {
      if (this.isOver) return undefined;
      const fault = await DELIVERIES.run(event, () => this.attempt(event));
      if (this.lost.signal.aborted) return undefined;
      if (fault) return this.failureOf(fault);
      this.position = event.id;
      await this.saveIfDue();
    }
    return undefined;
  }

  private async attempt(event: FeedEvent): Promise<Fault | undefined> {
    try {
      const status = await this.sender.send(event, this.endpoint, this.lost.signal);
      if (status >= 200 && status < 300) return undefined;
      return { reason: `It answered ${status}.`, isGone: status === GONE };
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error;
      return { reason: error.message, isGone: false };
    }
  }

  private failureOf(fault: Fault): Failure {
    const earlier = this.position === this.endpoint.position ? this.endpoint.attempts : 0;
    return { ...fault, attempts: earlier + 1, pauseMs: pauseAfter(earlier + 1) };
  }

  private get isOver(): boolean {
    return this.isStopping || this.lost.signal.aborted;
  }

  private async saveIfDue(): Promise<void> {
    if (performance.now() >= this.savedAt + SAVE_EVERY_MS) await this.save();
  }

  private async save(): Promise<void> {
    if (this.position === this.savedPosition) return;
    const { position } = this;
    if (!(await this.leases.advance(this.endpoint, position))) this.lose();
    this.savedPosition = position;
    this.savedAt = performance.now();
  }
}

/** Doubles with each failure, up to an hour. At random up to a fifth shorter, so that retries spread out. */
function pauseAfter(attempts: number): number {
  const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempts - 1, 20), PAUSE_MS_MAX);
  return pauseMs * (1 - Math.random() / 5);
}
