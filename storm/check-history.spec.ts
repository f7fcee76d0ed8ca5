import { describe, expect, it } from '@jest/globals';
import { checkHistory } from './check-history.js';
import { type Attempt, History, type OrderRecord, type PlacementOutcome } from './history.js';
import type { StoredOrder, StoredState } from './stored-state.js';

const LINES = [{ productId: 1, quantity: 2, priceMinor: 100 }];
const storedLines = (returns: number) => LINES.map((line) => ({ ...line, returns }));
const placed = (orderId: number, totalMinor = 200): PlacementOutcome => ({
  kind: 'placed',
  orderId,
  totalMinor,
  lines: LINES,
});
const REFUSED: PlacementOutcome = { kind: 'refused', code: 'insufficient-stock' };
const UNKNOWN: PlacementOutcome = { kind: 'unknown' };

/** Attempts one after another from time 1000 on, each of ten milliseconds. */
const inTurn = (...outcomes: PlacementOutcome[]): Attempt[] =>
  outcomes.map((outcome, index) => ({
    startedAt: 1000 + index * 10,
    endedAt: 1009 + index * 10,
    outcome,
  }));

const order = (attempts: Attempt[], changes: Partial<OrderRecord> = {}): OrderRecord => ({
  customerId: 7,
  key: 'k',
  lines: [{ productId: 1, quantity: 2 }],
  attempts,
  cancels: [],
  confirms: [],
  ...changes,
});

/** A cancelled order has returned its stock. */
const row = (id: number, changes: Partial<StoredOrder> = {}): StoredOrder => ({
  id,
  customerId: 7,
  key: 'k',
  status: 'PENDING',
  totalMinor: 200,
  wasExpired: false,
  endedEarly: false,
  lines: storedLines(changes.status === 'CANCELLED' ? 1 : 0),
  ...changes,
});

/** A history of one product with an initial stock of ten, at a price of 100. */
const historyOf = (...orders: OrderRecord[]) => {
  const history = new History();
  history.orders.push(...orders);
  history.restocks.push({ productId: 1, quantity: 10, outcome: 'done' });
  history.prices.push({ productId: 1, priceMinor: 100, startedAt: 0, endedAt: 5, outcome: 'done' });
  return history;
};
const storedState = (stock: number, ...orders: StoredOrder[]): StoredState => ({
  stock: new Map([[1, stock]]),
  adjustments: [{ productId: 1, quantity: 10 }],
  purchases: [],
  productNames: [],
  orders,
});
const found = (history: History, stored: StoredState) =>
  checkHistory(history, stored).violations.map(({ promise, text }) => `${promise}: ${text}`);

// Guarantees that a storm finds exactly the violations there are.
describe('the check of a history', () => {
  it('accepts any outcome of a lost answer', () => {
    const retried = historyOf(order(inTurn(UNKNOWN, placed(1), placed(1))));
    const givenUp = historyOf(order(inTurn(UNKNOWN)));

    expect(found(retried, storedState(8, row(1)))).toEqual([]);
    expect(found(givenUp, storedState(8, row(1)))).toEqual([]);
    expect(found(givenUp, storedState(10))).toEqual([]);
  });

  it('reports an acknowledged order that is not stored', () => {
    expect(found(historyOf(order(inTurn(placed(1)))), storedState(10))).toEqual([
      'S2: order under key k is lost: it was acknowledged and is not stored',
    ]);
  });

  it('reports an order that is doubled, in the rows or in the answers', () => {
    const history = historyOf(order(inTurn(placed(1), placed(2))));

    expect(found(history, storedState(6, row(1), row(2)))).toEqual([
      'S2: order under key k is doubled: 1, 2',
    ]);
    expect(found(history, storedState(8, row(1)))).toEqual([
      'S2: order under key k is lost: it was acknowledged and is not stored',
    ]);
  });

  it('reports an order that is not stored as it was answered', () => {
    const stored = storedState(8, row(1, { totalMinor: 150 }));

    expect(found(historyOf(order(inTurn(placed(1)))), stored)).toEqual([
      'S2: order under key k was answered 200 for 2 × product 1 at 100, but stored 150 for 2 × product ' +
        '1 at 100',
    ]);
  });

  it('reports a refused order that took stock, even if its outcome was unknown before', () => {
    const violation = ['S3: order under key k was refused, but stands as order 1, PENDING'];

    expect(found(historyOf(order(inTurn(REFUSED))), storedState(8, row(1)))).toEqual(violation);
    expect(found(historyOf(order(inTurn(UNKNOWN, REFUSED))), storedState(8, row(1)))).toEqual(violation);
  });

  it('draws no conclusion from a refusal during an attempt of unknown outcome', () => {
    const [refused] = inTurn(REFUSED);
    const [unknown] = inTurn(UNKNOWN);
    const history = historyOf(order([refused as Attempt, { ...(unknown as Attempt), endedAt: 1200 }]));

    expect(found(history, storedState(8, row(1)))).toEqual([]);
    expect(checkHistory(history, storedState(8, row(1)))).toMatchObject({ unknown: 1, refused: 0 });
  });

  it('reports an order that nobody sent', () => {
    expect(found(historyOf(), storedState(8, row(1)))).toEqual([
      'S3: order 1 stands under key k, which no client has sent',
    ]);
  });

  it('reports a stock that does not add up, or is negative', () => {
    expect(found(historyOf(), storedState(9))).toEqual([
      'S1: product 1 has a stock of 9; 10 put in less 0 in live orders is 10',
    ]);
    expect(found(historyOf(), storedState(-1))).toContain('S1: product 1 is oversold: its stock is -1');
  });

  it('counts the units of a cancelled order as returned', () => {
    const cancelled = historyOf(order(inTurn(placed(1)), { cancels: ['unknown', 'done'] }));
    const stored = row(1, { status: 'CANCELLED' });

    expect(found(cancelled, storedState(10, stored))).toEqual([]);
    expect(found(cancelled, storedState(12, stored))).toEqual([
      'S1: product 1 has a stock of 12; 10 put in less 0 in live orders is 10',
    ]);
  });

  it('reports a restock that was acknowledged but is missing, or that nobody sent', () => {
    const history = historyOf();
    history.restocks.push({ productId: 1, quantity: 3, outcome: 'done' });
    const unsent = {
      ...storedState(14),
      adjustments: [10, 4].map((quantity) => ({ productId: 1, quantity })),
    };

    expect(found(history, unsent)).toEqual([
      'S1: adjustment of product 1 by 3: 1 acknowledged and 0 of unknown outcome, but 0 stored',
      'S1: adjustment of product 1 by 4: 0 acknowledged and 0 of unknown outcome, but 1 stored',
    ]);
  });

  it('accepts a restock of unknown outcome once or never, but not twice', () => {
    const history = historyOf();
    history.restocks.push({ productId: 1, quantity: 3, outcome: 'unknown' });
    const withThrees = (count: number): StoredState => ({
      ...storedState(10 + 3 * count),
      adjustments: [10, ...Array<number>(count).fill(3)].map((quantity) => ({ productId: 1, quantity })),
    });

    expect([0, 1, 2].map((count) => found(history, withThrees(count)).length)).toEqual([0, 0, 1]);
  });

  it('reports a price that was not in force while the order was placed', () => {
    const history = historyOf(order(inTurn(placed(1))));
    history.prices.push({ productId: 1, priceMinor: 90, startedAt: 500, endedAt: 510, outcome: 'done' });

    expect(found(history, storedState(8, row(1)))).toEqual([
      'O5: order under key k has product 1 at 100, a price not in force while it was placed',
    ]);
  });

  it.each([
    ['still under way when the order was sent', 990, 1004, 'done'],
    ['of unknown outcome', 500, 510, 'unknown'],
    ['refused', 500, 510, 'refused'],
  ] as const)('accepts the old price while a change is %s', (_, startedAt, endedAt, outcome) => {
    const history = historyOf(order(inTurn(placed(1))));
    history.prices.push({ productId: 1, priceMinor: 90, startedAt, endedAt, outcome });

    expect(found(history, storedState(8, row(1)))).toEqual([]);
  });

  it('reports an order with another total than agreed', () => {
    const history = historyOf(order(inTurn(placed(1)), { expectedTotalMinor: 180 }));

    expect(found(history, storedState(8, row(1)))).toEqual([
      'O5: order under key k costs 200, but 180 was expected',
    ]);
  });

  it('reports an order that was cancelled twice, never, or by nobody', () => {
    const statuses = (changes: Partial<OrderRecord>, status: string) =>
      found(
        historyOf(order(inTurn(placed(1)), changes)),
        storedState(status === 'CANCELLED' ? 10 : 8, row(1, { status })),
      );

    expect(statuses({ cancels: ['done', 'done'] }, 'CANCELLED')).toEqual([
      'O6: order 1 was cancelled 2 times',
    ]);
    expect(statuses({ cancels: ['done'] }, 'PENDING')).toEqual([
      'O6: order 1 is PENDING (cancel: done; confirm: never)',
    ]);
    expect(statuses({ confirms: ['done'] }, 'CANCELLED')).toEqual([
      'O6: order 1 is CANCELLED (cancel: never; confirm: done)',
    ]);
    expect(statuses({ cancels: ['unknown'], confirms: ['done'] }, 'CONFIRMED')).toEqual([]);
  });

  it('accepts that an order expired unless it was confirmed, or cancelled by its owner', () => {
    const expired = row(1, { status: 'CANCELLED', wasExpired: true });
    const expiredAfter = (changes: Partial<OrderRecord>) =>
      found(historyOf(order(inTurn(placed(1)), changes)), storedState(10, expired));

    expect(expiredAfter({})).toEqual([]);
    expect(expiredAfter({ cancels: ['refused'], confirms: ['unknown', 'refused'] })).toEqual([]);
    expect(expiredAfter({ confirms: ['done'] })).toEqual([
      'O6: order 1 is CANCELLED (cancel: never; confirm: done)',
    ]);
    expect(expiredAfter({ cancels: ['done'] })).toEqual([
      'O6: order 1 expired, though its owner was told to have cancelled it',
    ]);
  });

  it('counts units that an expiry lost or returned twice, and reports orders that expired too early', () => {
    const history = historyOf(order(inTurn(placed(1))));
    const expired = { status: 'CANCELLED', wasExpired: true };
    const stored = (changes: Partial<StoredOrder>) => storedState(10, row(1, { ...expired, ...changes }));
    const [lost, twice] = [stored({ lines: storedLines(0) }), stored({ lines: storedLines(2) })];

    expect(checkHistory(history, lost)).toMatchObject({ expired: 1, unitsLost: 2, returnedTwice: 0 });
    expect(checkHistory(history, twice)).toMatchObject({ expired: 1, unitsLost: 0, returnedTwice: 1 });
    expect(found(history, lost)).toEqual(['H3: order 1 is CANCELLED and has returned 2 × product 1 0 times']);
    expect(found(history, twice)).toEqual([
      'H3: order 1 is CANCELLED and has returned 2 × product 1 2 times',
    ]);
    expect(found(history, stored({ endedEarly: true }))).toEqual(['H3: order 1 expired before its time']);
  });

  it('reports a service that recovered late or never', () => {
    const history = historyOf();
    const fault = { kind: 'freeze', endedAt: 0, isServiceMissing: false };
    history.faults.push({ ...fault, servedAfterMs: 4_900 }, { ...fault, servedAfterMs: 5_100 });
    history.faults.push({ ...fault, servedAfterMs: undefined, isServiceMissing: true });

    expect(found(history, storedState(10))).toEqual([
      'S4: after freeze, an order on every process was waited for only 5100 ms',
      'S4: after freeze, an order on every process was waited for in vain for long',
    ]);
  });
});
