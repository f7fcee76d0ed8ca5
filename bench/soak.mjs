// Places orders for minutes and watches whether the memory of the service stays flat.
import { CONTENDERS } from './contenders/contenders.mjs';
import { verifyOrders } from './database/verify.mjs';
import { warmUpFor, wholeRounds } from './measure/measure.mjs';
import { memoryMiB } from './measure/usage.mjs';
import { scenarioOf } from './scenarios.mjs';

const CLIENTS = 32;
const SAMPLE_MS = 30_000;
/** Orders are sent in parts, so that it ends about on time. */
const PART_S = 5;
/** A process never gives back what it allocates at first, so the comparison starts later. */
const SETTLING_SHARE = 0.2;

/**
 * @typedef {{ minutes: number, orders: number, samples: { minute:
 *   number, memoryMiB: number }[], growth: number | undefined }} Soak
 */

/** @param {number} minutes */
export const memoryName = (minutes) =>
  `memory over ${minutes} minutes: most in the second half to most in the first`;

/**
 * @param {import('./measure/stage.mjs').Stage} stage
 * @param {number} minutes
 * @param {(line: string) => void} print
 * @returns {Promise<Soak>}
 */
export async function soak(stage, minutes, print) {
  const [service] = CONTENDERS.filter(({ name }) => name === 'service');
  if (!service) throw new Error('There is no service to watch.');
  await stage.reset(service);
  const { load, url, pid } = stage.playersOf(service);
  const scenario = scenarioOf('spread').name;
  await load.prepare({
    scenario,
    clients: CLIENTS,
    url,
    secret: stage.secret,
    baskets: undefined,
    status: 201,
  });
  const start = Date.now();
  const end = start + minutes * 60_000;
  /** @type {Soak['samples']} */
  const samples = [];
  const sample = () => {
    const memory = memoryMiB(pid, 'VmRSS');
    if (memory === undefined) return;
    samples.push({ minute: (Date.now() - start) / 60_000, memoryMiB: memory });
    print(
      `${((Date.now() - start) / 60_000).toFixed(1).padStart(6)} min  ${memory.toFixed(0).padStart(5)} MiB`,
    );
  };
  const timer = setInterval(sample, Math.min(SAMPLE_MS, (minutes * 60_000) / 20));
  try {
    const orders = await placeUntil(end, load);
    await verifyOrders(stage.databaseOf(service), orders);
    return { minutes, orders, samples, growth: growthOf(samples) };
  } finally {
    clearInterval(timer);
  }
}

/** @param {number} end @param {import('./load/jobs.mjs').LoadProcess} load */
async function placeUntil(end, load) {
  let { requests: orders, rate } = await warmUpFor(load, CLIENTS, 1);
  while (Date.now() < end) {
    const part = await load.run(wholeRounds(rate * PART_S, CLIENTS));
    orders += part.requests;
    rate = part.requests / part.seconds;
  }
  return orders;
}

/** @param {Soak['samples']} samples */
function growthOf(samples) {
  const settled = samples
    .slice(Math.floor(samples.length * SETTLING_SHARE))
    .map((sample) => sample.memoryMiB);
  const half = Math.ceil(settled.length / 2);
  if (settled.length < 4) return undefined;
  return Math.max(...settled.slice(half)) / Math.max(...settled.slice(0, half));
}
