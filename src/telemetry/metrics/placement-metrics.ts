import { Counter, Histogram } from 'prom-client';
import { asDomainError } from '../../http/problems/problem.js';
import type { ProblemCode } from '../../common/problem-catalogue.js';
import type { OrdersService } from '../../orders/orders.service.js';
import { EXPIRIES } from '../../orders/expired-orders.js';
import { GROUPS, PLACEMENTS, STEPS } from '../../orders/placement/placement-queue.js';
import { measure, timed } from './measure.js';

const WAIT_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** Reported as 0 from the start: Prometheus cannot see the first increase of a new series. */
const REASONS: readonly ProblemCode[] = [
  'insufficient-stock',
  'product-not-found',
  'product-inactive',
  'price-changed',
  'idempotency-key-reused',
  'service-unavailable',
  'internal-error',
];

export function watchPlacement(): void {
  const placed = new Counter({ name: 'orders_placed_total', help: 'Orders that were placed.' });
  const replayed = new Counter({
    name: 'orders_replayed_total',
    help: 'Orders that an earlier request with the same Idempotency-Key had placed.',
  });
  const refused = new Counter({
    name: 'orders_refused_total',
    help: 'Orders that were not placed, by the code of the problem.',
    labelNames: ['reason'],
  });
  for (const reason of REASONS) refused.inc({ reason }, 0);
  PLACEMENTS.watch(async (work) => {
    const answer = await work().catch((error: unknown) => {
      refused.inc({ reason: asDomainError(error).code });
      throw error;
    });
    (answer.isReplayed ? replayed : placed).inc();
    return answer;
  });
  watchGroups();
}

function watchGroups(): void {
  const sizes = new Histogram({
    name: 'placement_group_orders',
    help: 'Orders that shared a transaction.',
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024],
  });
  const waits = new Histogram({
    name: 'placement_queue_wait_seconds',
    help: 'From the arrival of an order until its first attempt began.',
    buckets: WAIT_BUCKETS,
  });
  const locks = new Histogram({
    name: 'placement_lock_wait_seconds',
    help: 'From requesting the locks of a group, with BEGIN, until it had them or gave up.',
    buckets: WAIT_BUCKETS,
  });
  GROUPS.watch((work, orders) => {
    const now = Date.now();
    sizes.observe(orders.length);
    for (const { arrivedAt, isRequeued } of orders) {
      if (!isRequeued) waits.observe((now - arrivedAt) / 1000);
    }
    return work();
  });
  STEPS.watch((work, step) => (step === 'lock' ? timed(locks, work) : work()));
}

export function watchExpiries(): void {
  const expired = new Counter({ name: 'orders_expired_total', help: 'Expired orders that were cancelled.' });
  EXPIRIES.watch(async (work) => {
    const batch = await work();
    expired.inc(batch.cancelled);
    return batch;
  });
}

export function measureQueue({ queue }: OrdersService, limit: number): void {
  measure('placement_queue_orders', 'Orders waiting to be placed.', () => queue.length);
  const help = 'Largest number of waiting orders (PLACEMENT_QUEUE_MAX); more are refused.';
  measure('placement_queue_orders_limit', help, () => limit);
}
