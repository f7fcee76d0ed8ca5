import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { asDomainError } from '../../http/problems/problem.js';
import type { ProblemCode } from '../../common/problem-catalogue.js';
import type { OrdersService } from '../../orders/orders.service.js';
import { GROUPS, PLACEMENTS, STEPS } from '../../orders/placement/placement-queue.js';
import { timing } from './timing.js';

/** Present from the start, because Prometheus cannot see a series begin. */
const REASONS: readonly ProblemCode[] = [
  'insufficient-stock',
  'product-not-found',
  'product-inactive',
  'price-changed',
  'idempotency-key-reused',
  'service-unavailable',
  'internal-error',
];

/** Orders and the groups they are placed in. */
export function watchPlacement(registry: Registry): void {
  const registers = [registry];
  const placed = new Counter({ name: 'orders_placed_total', help: 'Orders that were placed.', registers });
  const replayed = new Counter({
    name: 'orders_replayed_total',
    help: 'Orders that an earlier request with the same Idempotency-Key had placed.',
    registers,
  });
  const refused = new Counter({
    name: 'orders_refused_total',
    help: 'Orders that were not placed, by the code of the problem.',
    labelNames: ['reason'],
    registers,
  });
  for (const reason of REASONS) refused.inc({ reason }, 0);
  PLACEMENTS.watch(async (work) => {
    const answer = await work().catch((error: unknown) => {
      refused.inc({ reason: asDomainError(error).code });
      throw error;
    });
    (answer.kind === 'placed' ? placed : replayed).inc();
    return answer;
  });
  watchGroups(registry);
}

function watchGroups(registry: Registry): void {
  const registers = [registry];
  const sizes = new Histogram({
    name: 'placement_group_orders',
    help: 'Orders that shared a transaction.',
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024],
    registers,
  });
  const waits = new Histogram({
    name: 'placement_queue_wait_seconds',
    help: 'From the arrival of an order until it was taken up for the first time.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers,
  });
  const locks = new Histogram({
    name: 'placement_lock_wait_seconds',
    help: 'From asking for the locks of a group, BEGIN included, until it had them or gave up.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers,
  });
  GROUPS.watch((work, orders) => {
    const now = Date.now();
    sizes.observe(orders.length);
    for (const { arrivedAt, isRequeued } of orders) {
      if (!isRequeued) waits.observe((now - arrivedAt) / 1000);
    }
    return work();
  });
  const timeLock = timing<'lock' | 'write', unknown>(locks);
  STEPS.watch((work, step) => (step === 'lock' ? timeLock(work, step) : work()));
}

/** How long the queue is at the moment of looking. */
export function measureQueue(registry: Registry, { queue }: OrdersService, limit: number): void {
  new Gauge({
    name: 'placement_queue_orders',
    help: 'Orders that wait to be taken up.',
    registers: [registry],
    collect() {
      this.set(queue.length);
    },
  });
  new Gauge({
    name: 'placement_queue_orders_limit',
    help: 'Orders that may wait (PLACEMENT_QUEUE_MAX); more are refused.',
    registers: [registry],
  }).set(limit);
}
