import { now, pause } from '../../../storm/clock.js';
import type { Service } from './front.js';
import type { Stage } from './stage.js';
import { Trade } from './trade.js';
import { tradeVerdict, type Verdict } from './verdicts.js';

export interface Drill {
  readonly stage: Stage;
  readonly url: string;
  readonly clients: number;
  readonly databaseUrl: string;
  readonly rounds: number;
}

/** How long buyers are undisturbed before, between and after the restarts. */
const CALM_MS = 3_000;

/** Restarts the services one after the other under load: no request may fail. */
export async function restartOneByOne(drill: Drill & { services: readonly Service[] }): Promise<Verdict> {
  const { stage, url, clients, databaseUrl, services, rounds } = drill;
  stage.tell(`rolling restart: ${clients} clients, ${rounds} times both services`);
  const trade = await Trade.open({ url, clients, seed: 1 });
  const faults: string[] = [];
  await pause(CALM_MS, stage.signal);
  const restarts = Array.from({ length: rounds }, () => services).flat();
  for (const service of restarts) {
    const startedAt = now();
    const code = await service.stop();
    if (code !== 0) faults.push(`${service.name} ended with exit code ${String(code)}`);
    await service.start();
    stage.tell(`${service.name} stopped, started and ready again in ${Math.round(now() - startedAt)} ms`);
    await pause(CALM_MS, stage.signal);
  }
  await trade.close();
  const { busyCalls, lostCalls } = trade.history;
  if (busyCalls + lostCalls > 0)
    faults.push(`${busyCalls} requests were answered 503, ${lostCalls} not at all`);
  return tradeVerdict('no request fails while the services are restarted', trade, databaseUrl, faults);
}
