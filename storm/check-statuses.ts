import { placedOutcomes } from './fate.js';
import type { OrderRecord } from './history.js';
import type { StoredOrder, StoredState } from './stored-state.js';
import type { Violation } from './violation.js';

/** Orders have the status that their answers allow, and none was acknowledged as cancelled twice (O6). */
export function checkStatuses(orders: readonly OrderRecord[], stored: StoredState): Violation[] {
  const storedById = new Map(stored.orders.map((order) => [order.id, order]));
  return orders.flatMap((order) => {
    const id = placedOutcomes(order)[0]?.orderId;
    const found = id === undefined ? undefined : storedById.get(id);
    return found === undefined ? [] : checkStatus(order, found);
  });
}

function checkStatus(
  { cancels, confirms }: OrderRecord,
  { id, status, wasExpired }: StoredOrder,
): Violation[] {
  const cancelled = cancels.filter((outcome) => outcome === 'done').length;
  const possible = new Set([
    ...(cancelled === 0 ? [confirms.includes('done') ? 'CONFIRMED' : 'PENDING'] : ['CANCELLED']),
    // An order may expire unless its confirmation was acknowledged.
    ...(wasExpired && !confirms.includes('done') ? ['CANCELLED'] : []),
    ...(cancelled === 0 && confirms.includes('unknown') ? ['CONFIRMED'] : []),
    ...(cancels.includes('unknown') ? ['CANCELLED'] : []),
  ]);
  const answers = `cancel: ${cancels.join(', ') || 'never'}; confirm: ${confirms.join(', ') || 'never'}`;
  const faults = [
    ...(possible.has(status) ? [] : [`is ${status} (${answers})`]),
    ...(wasExpired && cancelled > 0 ? ['expired, though its owner was told to have cancelled it'] : []),
    ...(cancelled > 1 ? [`was cancelled ${cancelled} times`] : []),
  ];
  return faults.map((text) => ({ promise: 'O6', text: `order ${id} ${text}` }));
}
