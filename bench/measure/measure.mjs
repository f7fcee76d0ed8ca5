import { verifyOrders } from '../database/verify.mjs';
import { costBetween, memoryMiB, readUsage } from './usage.mjs';

/**
 * @typedef {object} Result of one contender in one scenario with so many clients.
 * @property {string} scenario @property {string} contender
 *   @property {number} clients @property {number} round
 * @property {number} perSecond
 * @property {number} p50Ms @property {number} p99Ms
 * @property {number} [cpuUs] processor time of the contender's process per request, in microseconds.
 * @property {number} [postgresCpuUs] the same of PostgreSQL.
 * @property {number} [foreignCores] how many cores were busy with something else.
 * @property {number | undefined} [memoryMiB] the most that the contender's process has held so far.
 */

/** Enough to compile the code and estimate the rate. */
const WARM_UP_SHARE = 0.25;
const WARM_UP_S_MIN = 0.25;

/**
 * Warms up, sends as many requests as take about this many seconds, waits for all answers, and checks the
 * database. A number of requests ends a measurement, not the time, so that none is cut off and "acknowledged"
 * and "stored" can be compared exactly.
 * @param {import('./stage.mjs').Stage} stage
 * @param {{ scenario: import('../scenarios.mjs').Scenario, clients: number, round: number, seconds: number,
 *   baskets: string | undefined, contender: import('../contenders/contenders.mjs').Contender }} what
 * @returns {Promise<Result>}
 */
export async function measure(stage, { scenario, clients, contender, round, seconds, baskets }) {
  const isPlacing = scenario.group === 'placing';
  if (isPlacing) await stage.reset(contender);
  const { load, url, ...players } = stage.playersOf(contender);
  const status = isPlacing ? 201 : 200;
  await load.prepare({ scenario: scenario.name, clients, url, secret: stage.secret, baskets, status });
  const warmUp = await warmUpFor(load, clients, Math.max(WARM_UP_S_MIN, seconds * WARM_UP_SHARE));
  const before = readUsage(players);
  const timing = await load.run(wholeRounds(warmUp.rate * seconds, clients));
  const after = readUsage(players);
  if (isPlacing) {
    const orders = contender.storesNothing ? 0 : warmUp.requests + timing.requests;
    await verifyOrders(stage.databaseOf(contender), orders);
  }
  return {
    scenario: scenario.name,
    contender: contender.name,
    clients,
    round,
    perSecond: timing.requests / timing.seconds,
    p50Ms: timing.p50Ms,
    p99Ms: timing.p99Ms,
    ...costBetween(before, after, timing.requests, timing.seconds),
    memoryMiB: memoryMiB(players.pid, 'VmHWM'),
  };
}

/**
 * @param {import('../load/jobs.mjs').LoadProcess} load @param {number} clients @param {number} seconds
 * @returns {Promise<{ requests: number, rate: number }>} what was sent, and the rate of the last part of it.
 */
export async function warmUpFor(load, clients, seconds) {
  let requests = 0;
  let next = clients * 4;
  while (true) {
    const part = await load.run(next);
    requests += part.requests;
    const rate = part.requests / part.seconds;
    if (part.seconds >= seconds / 2) return { requests, rate };
    next = wholeRounds(Math.min(rate * seconds, next * 8), clients);
  }
}

/** Every client sends the same number. @param {number} requests @param {number} clients */
export const wholeRounds = (requests, clients) => Math.max(1, Math.round(requests / clients)) * clients;
