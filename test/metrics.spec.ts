import { describe, expect, it } from '@jest/globals';
import { Client } from './support/client.js';
import { until } from './support/database.js';
import { MetricsPage } from './support/metrics-page.js';
import { ServiceProcess } from './support/service-process.js';
import { PASSWORD, useWorld } from './support/world.js';

const given = useWorld({ METRICS_PORT: '0' });
const operations = Client.ofOperations(() => given.service.operationsUrl);
const page = async () => new MetricsPage((await operations.get('/metrics')).text);

/** Lock waits of more than 50 ms. */
async function slowLocks(): Promise<number> {
  const now = await page();
  const quick = now.sum('placement_lock_wait_seconds_bucket', { le: '0.05' });
  return now.sum('placement_lock_wait_seconds_count') - quick;
}

/** The growth of each of these metrics during the work. */
async function growth(
  work: () => Promise<unknown>,
  series: Record<string, [string, Record<string, string>?]>,
): Promise<Record<string, number>> {
  const before = await page();
  await work();
  const after = await page();
  return Object.fromEntries(
    Object.entries(series).map(([name, key]) => [name, after.sum(...key) - before.sum(...key)]),
  );
}

const ordered = (status: string): [string, Record<string, string>] => [
  'http_request_duration_seconds_count',
  { method: 'POST', route: '/orders', status },
];

// Guarantees that the metrics match what really happened.
describe('the metrics', () => {
  it('count every order by its outcome, with the groups and transactions used', async () => {
    const lamp = await given.product({ stock: 1 });
    const buyer = await given.customer();
    const key = { 'idempotency-key': 'once' };

    const grown = await growth(
      async () => {
        await buyer.places({ [lamp.id]: 1 }, key);
        await buyer.places({ [lamp.id]: 1 }, key);
        await buyer.places({ [lamp.id]: 1 });
        await buyer.places({ 999999: 1 });
      },
      {
        placed: ['orders_placed_total'],
        replayed: ['orders_replayed_total'],
        short: ['orders_refused_total', { reason: 'insufficient-stock' }],
        unknown: ['orders_refused_total', { reason: 'product-not-found' }],
        refused: ['orders_refused_total'],
        inGroups: ['placement_group_orders_sum'],
        waits: ['placement_queue_wait_seconds_count'],
        locks: ['placement_lock_wait_seconds_count'],
        commits: ['database_commit_duration_seconds_count'],
        transactions: ['database_transaction_duration_seconds_count', { outcome: 'committed' }],
        created: ordered('201'),
        conflicts: ordered('409'),
        notFound: ordered('404'),
      },
    );

    expect(grown).toEqual({
      placed: 1,
      replayed: 1,
      short: 1,
      unknown: 1,
      refused: 2,
      inGroups: 4,
      waits: 4,
      locks: 4,
      commits: 4,
      transactions: 4,
      created: 2,
      conflicts: 1,
      notFound: 1,
    });
    expect(await given.database.stockOf(lamp)).toBe(0);
  });

  it('show lock waits, waiting requests and retries after a lost connection', async () => {
    const lamp = await given.product({ stock: 10 });
    const [buyer, other] = await given.customers(2);
    const order = await given.order(buyer, { [lamp.id]: 1 });
    const held = await given.database.hold(lamp.id);
    const slowBefore = await slowLocks();

    const grown = await growth(
      async () => {
        const waiting = [buyer, other].map((one) => one.places({ [lamp.id]: 1 }));
        await until('a group has waited for the lock in vain', async () => (await slowLocks()) > slowBefore);
        const cancelling = buyer.client.patch(`/orders/${order.id}/cancel`);
        await until('they wait for the lock', async () => (await given.database.waitingForLocks()) >= 2);
        await given.database.cutConnections();
        await held.release();
        expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([201, 201]);
        expect((await cancelling).status).toBe(200);
      },
      {
        placed: ['orders_placed_total'],
        retries: ['database_transaction_retries_total'],
        lost: ['database_transaction_duration_seconds_count', { outcome: 'unavailable' }],
      },
    );

    expect(grown.placed).toBe(2);
    expect(grown.retries).toBeGreaterThan(0);
    expect(grown.lost).toBeGreaterThan(0);
    expect(await given.database.stockOf(lamp)).toBe(8);
  });

  it('count logins by outcome', async () => {
    const { username } = await given.customer();
    const attempt = (password: string) => given.anyone.post('/login', { username, password });

    const grown = await growth(
      async () => {
        await attempt(PASSWORD);
        for (let n = 0; n < 11; n += 1) await attempt('wrong');
      },
      {
        succeeded: ['login_attempts_total', { outcome: 'succeeded' }],
        wrong: ['login_attempts_total', { outcome: 'invalid-credentials' }],
        limited: ['login_attempts_total', { outcome: 'too-many-attempts' }],
      },
    );

    expect(grown).toEqual({ succeeded: 1, wrong: 10, limited: 1 });
  });

  it('show when the audit last found the stock balanced and unbalanced', async () => {
    const lamp = await given.product({ stock: 5 });
    const { client } = await given.admin();
    const times = async () => {
      await client.get('/audit/stock');
      const seen = await page();
      return ['balanced', 'unbalanced'].map((result) =>
        seen.sum('stock_audit_timestamp_seconds', { result }),
      );
    };

    const good = await times();
    await given.database.rows('UPDATE products SET stock_quantity = 4 WHERE id = $1', [lamp.id]);
    const bad = await times();
    await given.database.rows('UPDATE products SET stock_quantity = 5 WHERE id = $1', [lamp.id]);
    const mended = await times();

    expect(good).toEqual([expect.any(Number), 0]);
    expect(bad[1]).toBeGreaterThan(bad[0] as number);
    expect(mended[0]).toBeGreaterThan(mended[1] as number);
  });

  it('have a bounded number of series, whatever clients send', async () => {
    const before = await page();
    for (let n = 0; n < 20; n += 1) {
      await given.anyone.call(['GET', 'PUT', 'DELETE', 'REPORT'][n % 4] as string, `/nowhere-${n}?x=${n}`);
      await given.anyone.get(`/products/${n + 1_000}`);
    }
    const after = await page();

    expect([...after.valuesOf('route')].filter((route) => /nowhere|\d/.test(route))).toEqual([]);
    expect(after.sum('http_request_duration_seconds_count', { route: 'unmatched', status: '404' })).toBe(
      before.sum('http_request_duration_seconds_count', { route: 'unmatched', status: '404' }) + 20,
    );
    expect([...after.valuesOf('method')].sort()).toEqual(['DELETE', 'GET', 'OTHER', 'PATCH', 'POST']);
  });

  it('are not on the API’s port, and their port serves nothing but metrics and health', async () => {
    const [onApi, elsewhere, posted] = [
      await given.anyone.get('/metrics'),
      await operations.get('/products'),
      await operations.post('/metrics', {}),
    ];
    expect([onApi.status, elsewhere.status, posted.status]).toEqual([404, 404, 404]);
  });

  it('are off unless METRICS_PORT is set', async () => {
    const service = await ServiceProcess.start({ DATABASE_URL: given.database.url });
    await service.stop();
    expect(service.output).not.toMatch(/metrics are at/);
  });
});

// Guarantees that one page has the metrics of all workers, and
// that the death of a worker does not distort their sums.
describe('the metrics of workers', () => {
  it('are on one page, labelled by worker, and a replaced worker starts from zero', async () => {
    const service = await ServiceProcess.start({
      DATABASE_URL: given.database.url,
      WORKERS: '2',
      METRICS_PORT: '0',
    });
    const asked = Client.ofOperations(() => service.operationsUrl);
    const look = async () => new MetricsPage((await asked.get('/metrics')).text);
    const startOf = (seen: MetricsPage, worker: string) => seen.sum('process_start_time_seconds', { worker });
    const countOf = (seen: MetricsPage, worker: string) =>
      seen.sum('http_request_duration_seconds_count', { route: '/problems', worker });
    await until('both have answered', async () => {
      // Each request on a new connection, because connections go to the workers in turn.
      await fetch(`${service.url}/problems`, { headers: { connection: 'close' } });
      const seen = await look();
      return countOf(seen, '1') > 0 && countOf(seen, '2') > 0;
    });
    const before = await look();

    // The log is written in batches.
    await until('the log names a worker', () => Promise.resolve(service.answering.length > 0));
    const [victim] = service.answering;
    process.kill(victim as number, 'SIGKILL');
    await service.says(/will be replaced/);
    await until('another has taken its place', async () => {
      const seen = await look();
      return ['1', '2'].every((worker) => startOf(seen, worker) > 0);
    });
    const after = await look();
    const health = await asked.get('/health/ready');
    await service.stop();

    const counts = ['1', '2'].map((worker) => [countOf(before, worker), countOf(after, worker)]);
    expect([...before.valuesOf('worker')].sort()).toEqual(['1', '2']);
    expect(counts.filter(([then, now]) => then === now)).toHaveLength(1);
    expect(counts.filter(([, now]) => now === 0)).toHaveLength(1);
    expect(health.status).toBe(200);
  });
});
