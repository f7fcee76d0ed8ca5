import { now, pause } from '../../../storm/clock.js';
import type { Cluster } from './cluster.js';
import type { Drill } from './rolling-restart.js';
import { type Stage, waitFor } from './stage.js';
import { Trade } from './trade.js';
import { tradeVerdict, type Verdict } from './verdicts.js';

const BACK_MS_MAX = 30_000;
/** How long to wait for the service before the test gives up. */
const PATIENCE_MS = 120_000;
const CALM_MS = 3_000;

/**
 * Kills the node of the primary under load, several times: the service answers 503 and is back within 30 s,
 * and no acknowledged order is lost or duplicated.
 */
export async function failOver(drill: Drill & { cluster: Cluster }): Promise<Verdict> {
  const { stage, url, clients, databaseUrl, cluster, rounds } = drill;
  stage.tell(`failover: ${clients} clients, the primary is killed ${rounds} times`);
  const trade = await Trade.open({ url, clients, seed: 2 });
  const faults: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await cluster.becomesWhole();
    await pause(CALM_MS, stage.signal);
    faults.push(...(await killPrimary(stage, trade, cluster)));
  }
  await trade.close();
  return tradeVerdict(`with its primary killed the service is back within 30 s`, trade, databaseUrl, faults);
}

async function killPrimary(stage: Stage, trade: Trade, cluster: Cluster): Promise<string[]> {
  const primary = await cluster.primary();
  if (primary === undefined) return ['no node is the primary'];
  const busyBefore = trade.history.busyCalls;
  await primary.kill();
  const killedAt = now();
  stage.tell(`killed node ${primary.name}, the primary`);
  const first = await waitFor(
    'an order is placed again',
    () => Promise.resolve(trade.placedAfter(killedAt)),
    {
      timeoutMs: PATIENCE_MS,
      everyMs: 50,
      signal: stage.signal,
    },
  );
  const backMs = Math.round(first.endedAt - killedAt);
  await pause(CALM_MS, stage.signal);
  const busyCalls = trade.history.busyCalls - busyBefore;
  const lastBusyMs = Math.round(trade.history.lastBusyAt - killedAt);
  const successor = await cluster.primary();
  stage.tell(
    `node ${successor?.name ?? 'none'} is the primary: the first order after ${backMs} ms, ` +
      `${busyCalls} answers of 503, the last after ${lastBusyMs} ms`,
  );
  primary.start();
  return [
    ...(Math.max(backMs, lastBusyMs) > BACK_MS_MAX
      ? [`back only after ${Math.max(backMs, lastBusyMs)} ms`]
      : []),
    ...(busyCalls === 0 ? ['nobody was told 503, so nothing was shown'] : []),
    ...(successor === undefined || successor === primary ? ['no other node is the primary'] : []),
  ];
}
