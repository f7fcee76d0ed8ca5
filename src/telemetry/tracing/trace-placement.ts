import { type Context, context, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { COMMITS, TRANSACTIONS } from '../../database/transaction.runner.js';
import { GROUPS, STEPS } from '../../orders/placement/placement-queue.js';
import { during, spanning, statement, tracer } from './spans.js';

const LINK = 'mini_order_system';

/**
 * A group is a trace of its own. It links to the requests of its orders, and their waiting times link to it.
 */
export function tracePlacement(): void {
  GROUPS.watch((work, orders) => {
    const now = Date.now();
    const callers = orders.map((order) => order.trace as Context);
    const group = tracer().startSpan('place group', {
      root: true,
      attributes: {
        [`${LINK}.group.orders`]: orders.length,
        [`${LINK}.group.lines`]: orders.reduce((sum, { item }) => sum + item.lines.length, 0),
      },
      links: callers.flatMap((caller) => trace.getSpanContext(caller) ?? []).map((to) => ({ context: to })),
    });
    orders.forEach(({ arrivedAt, isRequeued }, index) => {
      const options = {
        startTime: arrivedAt,
        attributes: { [`${LINK}.order.held_up`]: isRequeued },
        links: [{ context: group.spanContext() }],
      };
      tracer().startSpan('wait in queue', options, callers[index]).end(now);
    });
    return context.with(ROOT_CONTEXT, () => during(group, work));
  });
  TRANSACTIONS.watch(
    spanning('transaction', SpanKind.INTERNAL, (attempt) => ({ [`${LINK}.transaction.attempt`]: attempt })),
  );
  COMMITS.watch(spanning('COMMIT', SpanKind.CLIENT, () => statement('COMMIT')));
  const lock = spanning<'lock' | 'write', unknown>('lock products', SpanKind.CLIENT, () =>
    statement('SELECT', 'products'),
  );
  const write = spanning<'lock' | 'write', unknown>('record orders', SpanKind.CLIENT, () =>
    statement('INSERT', 'orders'),
  );
  STEPS.watch((work, step) => (step === 'lock' ? lock : write)(work, step));
}
