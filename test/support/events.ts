import type { EventBody, EventListBody } from './api-types.js';
import type { Client } from './client.js';

/** All events after a number, page by page. */
export async function eventsAfter(admin: Client, after = 0, more = ''): Promise<EventBody[]> {
  const { body } = await admin.get<EventListBody>(`/events?after=${after}&limit=1000${more}`);
  const { next_after: nextAfter, has_more: hasMore } = body.pagination;
  return hasMore ? [...body.data, ...(await eventsAfter(admin, nextAfter, more))] : body.data;
}

/** The number of the last event. */
export async function lastEvent(admin: Client): Promise<number> {
  return (await eventsAfter(admin)).at(-1)?.id ?? 0;
}

interface Replayed {
  readonly stock: Map<number, number>;
  readonly statuses: Map<number, string>;
}

/** The state of the shop, computed from its events only. */
export function replay(events: readonly EventBody[]): Replayed {
  const [stock, statuses] = [new Map<number, number>(), new Map<number, string>()];
  for (const event of events) {
    if ('stock_quantity' in event.data) {
      stock.set(event.data.id, event.data.stock_quantity);
      continue;
    }
    const { id, status, items } = event.data;
    statuses.set(id, status);
    const sign = status === 'PENDING' ? -1 : status === 'CANCELLED' ? 1 : 0;
    for (const { product_id: product, quantity } of items) {
      stock.set(product, (stock.get(product) ?? 0) + sign * quantity);
    }
  }
  return { stock, statuses };
}
