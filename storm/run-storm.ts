import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from 'pg';
import { becomesTrue } from '../src/common/retry.js';
import { checkHistory } from './check-history.js';
import { now } from './clock.js';
import type { EventLog } from './event-log.js';
import { Follower } from './follower.js';
import { History } from './history.js';
import { hangUp } from './http-exchange.js';
import type { StormOptions } from './options.js';
import type { Progress } from './progress.js';
import { Random } from './random.js';
import { RecordedBaskets } from './recorded-baskets.js';
import { StormedService } from './service-process.js';
import { HOLD_SECONDS, Shop } from './shop.js';
import { Storm } from './storm.js';
import { StormDatabase } from './storm-database.js';
import { readStoredState } from './stored-state.js';
import { giveVerdict, type Verdict } from './verdict.js';
import { WebhookEndpoint } from './webhook-endpoint.js';
import { WebhookReceiver } from './webhook-receiver.js';
import { InventedBaskets } from './workload.js';

const SESSIONS_END_MS_MAX = 10_000;
const HOLDS_END_MS_MAX = 20_000;

/** Run one after another at the end, in reverse order. */
type Endings = (() => Promise<unknown>)[];

/**
 * Starts two processes of the service on one database, storms them, stops them, and compares what the clients
 * have seen with what the database holds. Always stops everything it has started.
 * @param signal ends the storm early; the verdict covers the storm so far.
 */
export async function runStorm(
  options: StormOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<Verdict> {
  const folder = await mkdtemp(join(tmpdir(), 'mini-order-system-storm-'));
  const endings: Endings = [];
  let verdict: Verdict | undefined;
  try {
    verdict = await stormIn(folder, options, progress, signal, endings);
    return verdict;
  } finally {
    for (const end of endings.reverse()) await end();
    hangUp();
    if (verdict?.hasPassed) await rm(folder, { recursive: true, force: true });
    else progress.tell(`the database and the logs of PostgreSQL and both processes are in ${folder}`);
  }
}

async function stormIn(
  folder: string,
  options: StormOptions,
  progress: Progress,
  signal: AbortSignal,
  endings: Endings,
): Promise<Verdict> {
  const { baskets, databaseUrl, clients, seed } = options;
  const workload = baskets === undefined ? new InventedBaskets() : await RecordedBaskets.read(baskets);
  const early = new AbortController();
  const history = new History(() => options.stopsEarly && early.abort());
  const database = await StormDatabase.open(folder, databaseUrl, (step) => progress.tell(step));
  endings.push(() => database.close());
  const services = await startServices(options, folder, database, history, endings);
  const shop = await Shop.open(services, history, workload);
  const receiver = new WebhookReceiver(new Random(seed).fork('receiver'));
  await receiver.start();
  endings.push(() => receiver.stop());
  const endpoint = await WebhookEndpoint.add(shop, receiver);
  progress.tell(`storming ${services.map(({ url }) => url).join(' and ')} with seed ${seed}`);

  const startedAt = now();
  const followers = services.map((service) => new Follower(service, shop.admin));
  const logs = followers.map(({ log }) => log);
  const over = new AbortController();
  const following = [...followers, endpoint].map((one) => one.run(over.signal));
  await new Storm(options, shop, database, progress).run(AbortSignal.any([signal, early.signal]));
  const seconds = (now() - startedAt) / 1000;
  over.abort();
  await Promise.all(following);
  // Orders keep expiring by themselves; events that nobody reads would look missing.
  await becomesTrue(() => database.connected(hasNoPendingOrder), HOLDS_END_MS_MAX);
  await Promise.all(followers.map((follower) => follower.finish()));
  await endpoint.finish(logs[0] as EventLog);

  await stopServices(services, history);
  // What a killed process left running must not change the data any more.
  await becomesTrue(async () => (await database.terminateBackends()) === 0, SESSIONS_END_MS_MAX);
  const stored = await database.connected((client) => readStoredState(client, shop));
  const facts = { seed, clients, seconds, wasStopped: signal.aborted };
  return giveVerdict(facts, history, checkHistory(history, stored, logs, receiver.messages));
}

async function hasNoPendingOrder(client: Client): Promise<boolean> {
  const { rowCount } = await client.query("SELECT FROM orders WHERE status = 'PENDING' LIMIT 1");
  return rowCount === 0;
}

async function startServices(
  { service }: StormOptions,
  folder: string,
  database: StormDatabase,
  history: History,
  endings: Endings,
): Promise<StormedService[]> {
  const variables = {
    PORT: '0',
    HOST: '127.0.0.1',
    JWT_SECRET: randomBytes(32).toString('base64url'),
    ACCESS_TOKEN_TTL: '86400',
    ADMIN_SIGNUP: 'open',
    WEBHOOKS: 'on',
    PENDING_ORDER_TTL: String(HOLD_SECONDS),
    LOG_LEVEL: 'warn',
    LOG_FORMAT: 'json',
  };
  const services = ['one', 'two'].map(
    (name) =>
      new StormedService({ name, main: service, folder, variables, databaseUrl: database.url }, (how) =>
        history.noteViolation({ promise: 'S4', text: how }),
      ),
  );
  endings.push(() => Promise.all(services.map((one) => one.stop())));
  process.once('exit', () => services.forEach((one) => one.killAtOnce()));
  await Promise.all(services.map((one) => one.start()));
  return services;
}

async function stopServices(services: readonly StormedService[], history: History): Promise<void> {
  for (const { name, stopped } of services.map((one) => ({ name: one.name, stopped: one.stop() }))) {
    if (!(await stopped))
      history.noteViolation({ promise: 'S4', text: `process ${name} did not stop in time` });
  }
}
