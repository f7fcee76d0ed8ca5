import { fateOf, placedOutcomes } from './fate.js';
import { groupBy } from './group-by.js';
import type { OrderRecord, PlacementOutcome, SoldLine } from './history.js';
import type { StoredOrder, StoredState } from './stored-state.js';
import type { Violation } from './violation.js';

type PlacedOutcome = PlacementOutcome & { kind: 'placed' };

/** The outcome of orders, and where clients and database disagree about it. */
export interface OrderComparison {
  readonly acknowledged: number;
  readonly refused: number;
  readonly unknown: number;
  /** Acknowledged, but not in the database. */
  readonly lost: number;
  /** Keys with more than one order. */
  readonly doubled: number;
  readonly violations: readonly Violation[];
}

/** Compares the answers about orders with the stored orders (S2, S3). */
export function compareOrders(records: readonly OrderRecord[], { orders }: StoredState): OrderComparison {
  const stored = groupBy(orders, keyOf);
  const fates = records.map(fateOf);
  const lost = records.filter((record) => isLost(record, stored.get(keyOf(record)) ?? []));
  const doubled = [...stored.values()].filter((same) => same.length > 1);
  const count = (fate: string) => fates.filter((one) => one === fate).length;
  return {
    acknowledged: count('acknowledged'),
    refused: count('refused'),
    unknown: count('unknown'),
    lost: lost.length,
    doubled: doubled.length,
    violations: [
      ...lost.map((record) =>
        broken('S2', `${named(record)} is lost: it was acknowledged and is not stored`),
      ),
      ...doubled.map((same) => broken('S2', doubledText(same))),
      ...records.flatMap((record, index) =>
        fates[index] === 'refused'
          ? standing(record, stored.get(keyOf(record)))
          : misanswered(record, stored.get(keyOf(record)) ?? []),
      ),
      ...unsent(records, orders),
    ],
  };
}

function isLost(record: OrderRecord, stored: readonly StoredOrder[]): boolean {
  return placedOutcomes(record).some(({ orderId }) => !stored.some(({ id }) => id === orderId));
}

function doubledText(same: readonly StoredOrder[]): string {
  return `order under key ${same[0]?.key} is doubled: ${same.map(({ id }) => id).join(', ')}`;
}

function standing(record: OrderRecord, stored: readonly StoredOrder[] = []): Violation[] {
  return stored.map(({ id, status }) =>
    broken('S3', `${named(record)} was refused, but stands as order ${id}, ${status}`),
  );
}

function unsent(records: readonly OrderRecord[], orders: readonly StoredOrder[]): Violation[] {
  const sent = new Set(records.map(keyOf));
  return orders
    .filter((order) => !sent.has(keyOf(order)))
    .map(({ id, key }) => broken('S3', `order ${id} stands under key ${key}, which no client has sent`));
}

/** What is wrong with the answers of an acknowledged order, by themselves or compared with what is stored. */
function misanswered(record: OrderRecord, stored: readonly StoredOrder[]): Violation[] {
  return placedOutcomes(record).flatMap((outcome) => {
    const order = stored.find(({ id }) => id === outcome.orderId);
    const isAsStored = !order || describe(order) === describe(outcome);
    return [
      ...faultsOfAnswer(record, outcome),
      ...(isAsStored
        ? []
        : [
            broken('S2', `${named(record)} was answered ${describe(outcome)}, but stored ${describe(order)}`),
          ]),
    ];
  });
}

function faultsOfAnswer(record: OrderRecord, { lines, totalMinor }: PlacedOutcome): Violation[] {
  const sum = lines.reduce((total, { priceMinor, quantity }) => total + priceMinor * quantity, 0);
  const isWhatWasWanted = quantities(lines) === quantities(record.lines);
  const isAtItsPrice = totalMinor === (record.expectedTotalMinor ?? totalMinor);
  return [
    ...(sum === totalMinor
      ? []
      : [broken('S2', `${named(record)} has a total of ${totalMinor}, but lines for ${sum}`)]),
    ...(isWhatWasWanted ? [] : [broken('S2', `${named(record)} has other lines than those sent`)]),
    ...(isAtItsPrice
      ? []
      : [
          broken('O5', `${named(record)} costs ${totalMinor}, but ${record.expectedTotalMinor} was expected`),
        ]),
  ];
}

function quantities(lines: readonly { productId: number; quantity: number }[]): string {
  const byProduct = groupBy(lines, ({ productId }) => productId);
  const sums = [...byProduct].map(([id, same]) => [
    id,
    same.reduce((sum, { quantity }) => sum + quantity, 0),
  ]);
  return JSON.stringify(sums.sort(([a = 0], [b = 0]) => a - b));
}

function describe({ totalMinor, lines }: { totalMinor: number; lines: readonly SoldLine[] }): string {
  const texts = lines.map(
    ({ productId, quantity, priceMinor }) => `${quantity} × product ${productId} at ${priceMinor}`,
  );
  return `${totalMinor} for ${texts.join(', ')}`;
}

function keyOf({ customerId, key }: { customerId: number; key: string }): string {
  return `${customerId} ${key}`;
}

function named({ key }: OrderRecord): string {
  return `order under key ${key}`;
}

function broken(promise: Violation['promise'], text: string): Violation {
  return { promise, text };
}
