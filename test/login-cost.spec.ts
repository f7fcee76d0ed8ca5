import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Client } from './support/client.js';
import { MetricsPage } from './support/metrics-page.js';
import { useWorld } from './support/world.js';

const TRIES = 12;
const given = useWorld({ METRICS_PORT: '0' });
const operations = Client.ofOperations(() => given.service.operationsUrl);

/** Processor time rather than elapsed time, so that other load on the machine does not count. */
async function processorSeconds(names: readonly string[]): Promise<number> {
  const spent = async () =>
    new MetricsPage((await operations.get('/metrics')).text).sum('process_cpu_seconds_total');
  const before = await spent();
  for (const username of names) {
    const answer = await given.anyone.post('/login', { username, password: 'wrong password' });
    expect(answer.status).toBe(401);
  }
  return (await spent()) - before;
}

// Guarantees that the cost of a login does not reveal whether a name is registered.
describe('a login under an unknown name', () => {
  it('costs about as much as one with a wrong password', async () => {
    const known = (await given.customers(TRIES)).map(({ username }) => username);
    await processorSeconds(known.slice(0, 2));

    const forKnown = await processorSeconds(known);
    const forUnknown = await processorSeconds(known.map(() => randomUUID()));

    expect(forUnknown).toBeGreaterThan(forKnown / 2);
    expect(forUnknown).toBeLessThan(forKnown * 2);
  });
});
