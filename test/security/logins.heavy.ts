import { describe, expect, it } from '@jest/globals';
import { Client } from '../support/client.js';
import { PASSWORD, succeeded, useWorld, withWorld } from '../support/world.js';

const UNLIMITED = {
  LOGIN_FAILURES_PER_ACCOUNT_AND_ADDRESS: '1000000',
  LOGIN_FAILURES_PER_ACCOUNT: '1000000',
  LOGIN_FAILURES_PER_ADDRESS: '1000000',
};
const TRIES = 150;

const given = useWorld(UNLIMITED);

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

// Guarantees that the response time does not reveal whether a name exists.
describe('a failed login', () => {
  it('takes as long for an unknown name and a deactivated user as for a wrong password', async () => {
    const [known, gone] = await given.customers(2);
    await given.database.rows('UPDATE users SET is_active = false WHERE id = $1', [gone.id]);
    const attempts = [
      { username: known.username, password: 'wrong horse' },
      { username: 'nobody-here', password: 'wrong horse' },
      { username: gone.username, password: PASSWORD },
    ];
    const times = attempts.map((): number[] => []);

    // In turn, so that other load on the machine affects all of them equally.
    for (let n = 0; n < TRIES; n += 1) {
      for (const [index, attempt] of attempts.entries()) {
        const begun = performance.now();
        expect((await given.anyone.post('/login', attempt)).status).toBe(401);
        times[index]?.push(performance.now() - begun);
      }
    }

    const [wrong, ...others] = times.map(median) as [number, ...number[]];
    for (const other of others) {
      // Without hashing it would take a tenth.
      expect(other / wrong).toBeGreaterThan(0.7);
      expect(other / wrong).toBeLessThan(1.4);
    }
  });
});

// Guarantees that a flood of guesses achieves no more than a few slow ones.
describe('a flood of guesses', () => {
  it('has only ten of a thousand passwords checked, across two processes', async () => {
    await withWorld({}, async (world) => {
      const { username } = await world.customer();
      const second = await world.secondService();
      const clients = [world.anyone, new Client(() => second.url)];

      const answers = await Promise.all(
        Array.from({ length: 1_000 }, (_, n) =>
          (clients[n % 2] as Client).post('/login', { username, password: `guess-${n}` }),
        ),
      );
      await second.stop();

      const count = (status: number) => answers.filter((answer) => answer.status === status).length;
      expect(count(401)).toBeLessThanOrEqual(10);
      expect(count(401) + count(429) + count(503)).toBe(1_000);
      const points = await world.database.value(
        `SELECT max(points) FROM login_attempts WHERE key LIKE 'pair:%'`,
      );
      expect(points).toBeGreaterThan(10);
    });
  });
});

// Guarantees that hashing does not block the event loop.
describe('a burst of passwords', () => {
  it('does not delay others: a product list comes at once while hundreds wait for hashing', async () => {
    const product = await given.product();
    const hashing = { isOver: false };
    const burst = Promise.all(
      Array.from({ length: 150 }, (_, n) =>
        given.anyone.post('/register', { username: `burst-${n}`, password: PASSWORD }),
      ),
    ).finally(() => (hashing.isOver = true));
    const times: number[] = [];
    while (!hashing.isOver) {
      const begun = performance.now();
      expect((await given.anyone.get(`/products/${product.id}`)).status).toBe(200);
      times.push(performance.now() - begun);
    }

    expect((await burst).filter(succeeded).length).toBeGreaterThan(0);
    expect(times.length).toBeGreaterThan(10);
    expect(median(times)).toBeLessThan(250);
  });
});
