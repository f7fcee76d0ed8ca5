import { type Context, context, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { COMMITS, TRANSACTIONS } from '../../database/transaction.runner.js';
import { GROUPS, STEPS } from '../../orders/placement/placement-queue.js';
import { during, tracer } from './spans.js';

const PREFIX = 'mini_order_system';

/** Spans of statements, by the semantic conventions for databases. */
const STATEMENTS = {
  lock: { name: 'lock products', operation: 'SELECT', table: 'products' },
  write: { name: 'record orders', operation: 'INSERT', table: 'orders' },
  commit: { name: 'COMMIT', operation: 'COMMIT', table: undefined },
};

/** A group is a trace of its own. It links to the requests of its orders, and their waits link to it. */
export function tracePlacement(): void {
  GROUPS.watch((work, orders) => {
    const now = Date.now();
    const callers = orders.map((order) => order.trace as Context);
    const group = tracer().startSpan('place group', {
      root: true,
      attributes: {
        [`${PREFIX}.group.orders`]: orders.length,
        [`${PREFIX}.group.lines`]: orders.reduce((sum, { item }) => sum + item.lines.length, 0),
      },
      links: callers.flatMap((caller) => trace.getSpanContext(caller) ?? []).map((to) => ({ context: to })),
    });
    orders.forEach(({ arrivedAt, isRequeued }, index) => {
      const options = {
        startTime: arrivedAt,
        attributes: { [`${PREFIX}.order.held_up`]: isRequeued },
        links: [{ context: group.spanContext() }],
      };
      tracer().startSpan('wait in queue', options, callers[index]).end(now);
    });
    return context.with(ROOT_CONTEXT, () => during(group, work));
  });
  TRANSACTIONS.watch((work, attempt) => {
    const attributes = { [`${PREFIX}.transaction.attempt`]: attempt };
    return during(tracer().startSpan('transaction', { attributes }), work);
  });
  COMMITS.watch((work) => duringStatement('commit', work));
  STEPS.watch((work, step) => duringStatement(step, work));
}

function duringStatement<T>(step: keyof typeof STATEMENTS, work: () => Promise<T>): Promise<T> {
  const { name, operation, table } = STATEMENTS[step];
  const attributes = {
    'db.system.name': 'postgresql',
    'db.operation.name': operation,
    'db.collection.name': table,
  };
  return during(tracer().startSpan(name, { kind: SpanKind.CLIENT, attributes }), work);
}
