import { placedOutcomes } from './fate.js';
import { groupBy } from './group-by.js';
import type { OrderRecord, PriceRecord } from './history.js';
import type { Violation } from './violation.js';

/** When a price may have been in force, as far as clients can tell. */
interface Span {
  readonly productId: number;
  readonly priceMinor: number;
  readonly from: number;
  readonly to: number;
}

/** Every price of an order must have been in force between its first request and its first answer (O5). */
export function checkPrices(orders: readonly OrderRecord[], prices: readonly PriceRecord[]): Violation[] {
  const changes = [...groupBy(prices, ({ productId }) => productId).values()];
  const spans = groupBy(changes.flatMap(spansOf), nameOf);
  return orders.flatMap((order) => checkPricesOf(order, spans));
}

/** Changes follow each other, and an acknowledged one ends the price before it. */
function spansOf(changes: readonly PriceRecord[]): Span[] {
  let to = Infinity;
  return changes.toReversed().flatMap(({ productId, priceMinor, startedAt, endedAt, outcome }) => {
    const span = { productId, priceMinor, from: startedAt, to };
    if (outcome === 'done') to = endedAt;
    return outcome === 'refused' ? [] : [span];
  });
}

function checkPricesOf(order: OrderRecord, spans: ReadonlyMap<string, readonly Span[]>): Violation[] {
  const from = Math.min(...order.attempts.map(({ startedAt }) => startedAt));
  const to = Math.min(
    ...order.attempts.filter(({ outcome }) => outcome.kind === 'placed').map(({ endedAt }) => endedAt),
  );
  const lines = placedOutcomes(order)[0]?.lines ?? [];
  return lines
    .filter((line) => !spans.get(nameOf(line))?.some((span) => span.from <= to && span.to >= from))
    .map(({ productId, priceMinor }) => ({
      promise: 'O5',
      text:
        `order under key ${order.key} has product ${productId} at ${priceMinor}, a price not in force ` +
        'while it was placed',
    }));
}

function nameOf({ productId, priceMinor }: { productId: number; priceMinor: number }): string {
  return `${productId} at ${priceMinor}`;
}
