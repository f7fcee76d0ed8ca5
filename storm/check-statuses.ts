import { placedOutcomes } from './fate.js';
import type { OrderRecord } from './history.js';
import type { StoredState } from './stored-state.js';
import type { Violation } from './violation.js';

/** Orders have the status that the answers have made them, and nobody was told twice that they cancelled one (O6). */
export function checkStatuses(orders: readonly OrderRecord[], stored: StoredState): Violation[] {
  const statusOf = new Map(stored.orders.map(({ id, status }) => [id, status]));
  return orders.flatMap((order) => {
    const id = placedOutcomes(order)[0]?.orderId;
    const status = id === undefined ? undefined : statusOf.get(id);
    return status === undefined ? [] : checkStatus(order, `order ${id}`, status);
  });
}

function checkStatus({ cancels, confirms }: OrderRecord, name: string, status: string): Violation[] {
  const cancelled = cancels.filter((outcome) => outcome === 'done').length;
  const possible = new Set([
    ...(cancelled === 0 ? [confirms.includes('done') ? 'CONFIRMED' : 'PENDING'] : ['CANCELLED']),
    ...(cancelled === 0 && confirms.includes('unknown') ? ['CONFIRMED'] : []),
    ...(cancels.includes('unknown') ? ['CANCELLED'] : []),
  ]);
  const answers = `cancel: ${cancels.join(', ') || 'never'}; confirm: ${confirms.join(', ') || 'never'}`;
  return [
    ...(possible.has(status) ? [] : [{ promise: 'O6' as const, text: `${name} is ${status} (${answers})` }]),
    ...(cancelled > 1 ? [{ promise: 'O6' as const, text: `${name} was cancelled ${cancelled} times` }] : []),
  ];
}
