import { now, pause } from '../../../storm/clock.ts';
import { Trade } from './trade.mjs';
import { tradeVerdict } from './verdicts.mjs';

/** How long buyers are left alone before, between and after what is done to them. */
const CALM_MS = 3_000;

/** Restarts the services one after the other under load: no request may fail. */
export async function restartOneByOne({ stage, url, clients, databaseUrl, services, rounds }) {
  stage.tell(`rolling restart: ${clients} clients, ${rounds} times both services`);
  const trade = await Trade.open({ url, clients, seed: 1 });
  const faults = [];
  await pause(CALM_MS, stage.signal);
  for (let round = 0; round < rounds; round += 1) {
    for (const service of services) {
      const startedAt = now();
      const code = await service.stop();
      if (code !== 0) faults.push(`${service.name} ended with ${code}`);
      await service.start();
      stage.tell(`${service.name} stopped, started and ready again in ${Math.round(now() - startedAt)} ms`);
      await pause(CALM_MS, stage.signal);
    }
  }
  await trade.close();
  const { busyCalls, lostCalls } = trade.history;
  if (busyCalls + lostCalls > 0)
    faults.push(`${busyCalls} requests were answered 503, ${lostCalls} not at all`);
  return tradeVerdict('no request fails while the services are restarted', trade, databaseUrl, faults);
}
