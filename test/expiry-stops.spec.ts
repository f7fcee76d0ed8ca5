import { describe, expect, it } from '@jest/globals';
import { until } from './support/database.js';
import { addExpired, keepFromSweeping } from './support/holds.js';
import { useWorld } from './support/world.js';

const given = useWorld();
const COUNT = 300;

/**
 * Expired orders of two products. Another session holds the second product, so the sweep waits for it.
 */
async function sweepUnderWay() {
  const [lamp, desk] = [await given.product({ stock: 0 }), await given.product({ stock: 0 })];
  const buyer = await given.customer();
  const sweeping = await keepFromSweeping(given.database);
  await addExpired(given.database, buyer, lamp, COUNT);
  await addExpired(given.database, buyer, desk, COUNT);
  const held = await given.database.hold(desk.id);
  await sweeping.release();
  await until('the sweep waits', async () => (await given.database.waitingForLocks()) > 0);
  return { lamp, desk, held };
}

/** Orders whose state does not match the stock. */
function halfDone(): Promise<object[]> {
  return given.database.rows(
    `SELECT orders.id FROM orders LEFT JOIN stock_returns ON order_id = orders.id
      WHERE (status = 'CANCELLED') <> (stock_returns.id IS NOT NULL)`,
  );
}

// Guarantees that a sweep cancels an order and returns its stock together, or does neither.
describe('a process that ends in the middle of a sweep', () => {
  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'loses nothing and leaves the rest to the next: %s',
    async (signal) => {
      const { lamp, desk, held } = await sweepUnderWay();

      const exit = await given.service.stop(signal);
      await held.release();
      const left = await halfDone();
      await given.startService();
      await until('the rest is swept', async () => (await given.database.stockOf(desk)) === COUNT);

      expect(exit).toEqual(signal === 'SIGTERM' ? { code: 0, signal: null } : { code: null, signal });
      expect(left).toEqual([]);
      expect(await halfDone()).toEqual([]);
      expect(await given.database.stockOf(lamp)).toBe(COUNT);
    },
  );
});
