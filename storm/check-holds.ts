import type { StoredOrder, StoredState } from './stored-state.js';
import type { Violation } from './violation.js';

/** The outcome of orders that nobody confirmed in time, and of the units they held. */
export interface HoldComparison {
  readonly expired: number;
  /** Units of expired orders that were not returned. */
  readonly unitsLost: number;
  /** Lines whose units were returned more than once. */
  readonly returnedTwice: number;
  readonly violations: readonly Violation[];
}

/** Compares each order's status with the units it returned and with its expiry (H2, H3). */
export function checkHolds({ orders }: StoredState): HoldComparison {
  const expired = orders.filter(({ wasExpired }) => wasExpired);
  const lost = expired.flatMap(({ lines }) => lines.filter(({ returns }) => returns === 0));
  const twice = orders.flatMap(({ lines }) => lines.filter(({ returns }) => returns > 1));
  return {
    expired: expired.length,
    unitsLost: lost.reduce((units, { quantity }) => units + quantity, 0),
    returnedTwice: twice.length,
    violations: orders.flatMap((order) =>
      faultsOf(order).map((text): Violation => ({ promise: 'H3', text: `order ${order.id} ${text}` })),
    ),
  };
}

function faultsOf({ status, lines, wasExpired, endedEarly }: StoredOrder): string[] {
  const wanted = status === 'CANCELLED' ? 1 : 0;
  const wrong = lines.filter(({ returns }) => returns !== wanted);
  return [
    ...(wasExpired && endedEarly ? ['expired before its time'] : []),
    ...wrong.map(
      ({ productId, quantity, returns }) =>
        `is ${status} and has returned ${quantity} × product ${productId} ${returns} times`,
    ),
  ];
}
