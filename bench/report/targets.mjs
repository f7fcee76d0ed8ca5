// The targets of the service, as ratios within one run.
import { memoryName } from '../soak.mjs';

/**
 * @typedef {import('./medians.mjs').Medians} Medians
 * @typedef {import('./medians.mjs').Median} Median
 * @typedef {object} Target
 * @property {string} name
 * @property {number} [atLeast] @property {number} [atMost]
 * @property {(medians: Medians) => number | undefined} value nothing where this run has not measured it.
 * @property {string} [unit]
 *
 * @typedef {{ name: string, value: number, wanted: string, isMet: boolean, unit: string }} Verdict
 */

const PLACING = /** @type {const} */ (['hot', 'spread', 'baskets', 'file']);
const READS = /** @type {const} */ (['orders-admin', 'orders-customer', 'products', 'order', 'product']);

/** @typedef {[scenario: string, contender: string, clients: number]} Place */

/**
 * @param {(median: Median) => number | undefined} measure @param {Place} over @param {Place} under
 * @returns {(medians: Medians) => number | undefined}
 */
const ratio = (measure, over, under) => (medians) => {
  const [above, below] = [medians.find(...over), medians.find(...under)].map(
    (median) => median && measure(median),
  );
  return above === undefined || below === undefined ? undefined : above / below;
};

const rate = (/** @type {Median} */ median) => median.perSecond;
const cpu = (/** @type {Median} */ { cpuUs, postgresCpuUs }) =>
  cpuUs === undefined || postgresCpuUs === undefined ? undefined : cpuUs + postgresCpuUs;

/**
 * Orders per second against a baseline. @param {string} scenario
 * @param {string} baseline @param {number} atLeast @returns {Target}
 */
const faster = (scenario, baseline, atLeast, clients = 32) => ({
  name: `${scenario}, ${clients} clients: service to ${baseline}`,
  atLeast,
  value: ratio(rate, [scenario, 'service', clients], [scenario, baseline, clients]),
});

/** @type {readonly Target[]} */
export const TARGETS = [
  faster('hot', 'groups-of-one', 5),
  faster('hot', 'sql', 3),
  {
    name: 'hot: service at 128 clients to 32',
    atLeast: 1,
    value: ratio(rate, ['hot', 'service', 128], ['hot', 'service', 32]),
  },
  faster('spread', 'groups-of-one', 3),
  faster('spread', 'sql', 1),
  faster('spread', 'pipeline', 0.7),
  faster('baskets', 'sql', 1),
  {
    name: 'service, 32 clients: hot to spread',
    atLeast: 0.9,
    value: ratio(rate, ['hot', 'service', 32], ['spread', 'service', 32]),
  },
  ...PLACING.map((scenario) => faster(scenario, 'bare', 0.7)),
  ...['hot', 'spread'].map((scenario) => ({
    name: `${scenario}, 32 clients: processor time per order, service to groups-of-one`,
    atMost: 0.25,
    value: ratio(cpu, [scenario, 'service', 32], [scenario, 'groups-of-one', 32]),
  })),
  ...PLACING.map((scenario) => ({
    name: `${scenario}, one client: latency (p50), service to groups-of-one`,
    atMost: 1.1,
    value: ratio(({ p50Ms }) => p50Ms, [scenario, 'service', 1], [scenario, 'groups-of-one', 1]),
  })),
  ...PLACING.map((scenario) => ({
    name: `${scenario}, 64 clients: p99, service to groups-of-one`,
    atMost: 1,
    value: ratio(({ p99Ms }) => p99Ms, [scenario, 'service', 64], [scenario, 'groups-of-one', 64]),
  })),
  ...READS.map((scenario) => faster(scenario, 'bare', 0.6)),
  ...['hot', 'spread', 'orders-admin', 'product'].map((scenario) => ({
    name: `${scenario}, 32 clients: with-metrics to service`,
    atLeast: 0.97,
    value: ratio(rate, [scenario, 'with-metrics', 32], [scenario, 'service', 32]),
  })),
  ...[...READS, 'spread', 'hot'].map((scenario) => ({
    name: `${scenario}, 32 clients: processor time per request, two-workers to service`,
    atMost: scenario === 'hot' ? 1.5 : 1.25,
    value: ratio(cpu, [scenario, 'two-workers', 32], [scenario, 'service', 32]),
  })),
  {
    name: 'memory of the service, at most',
    atMost: 150,
    unit: ' MiB',
    value: (medians) => memoryMax(medians),
  },
];

/** @param {Medians} medians */
function memoryMax(medians) {
  const known = medians
    .all()
    .flatMap(({ contender, memoryMiB }) => (contender === 'service' && memoryMiB ? memoryMiB : []));
  return known.length > 0 ? Math.max(...known) : undefined;
}

/** @param {import('../soak.mjs').Soak | undefined} soak @returns {Target} */
export const memoryTarget = (soak) => ({
  name: memoryName(soak?.minutes ?? 0),
  atMost: 1.1,
  value: () => soak?.growth,
});

/** With a standby that every COMMIT waits for. @param {number} deadlocks @returns {Target[]} */
export const standbyTargets = (deadlocks) => [
  faster('hot', 'groups-of-one', 5),
  faster('hot', 'sql', 5),
  {
    name: 'hot, 32 clients: latency (p50) of the service',
    atMost: 32,
    unit: ' ms',
    value: (medians) => medians.find('hot', 'service', 32)?.p50Ms,
  },
  { name: 'opposite, 32 clients: deadlocks of two-workers', atMost: 0, value: () => deadlocks },
];

/**
 * @param {Medians} medians @param {readonly Target[]} targets
 * @returns {Verdict[]} of what this run has measured.
 */
export function judge(medians, targets) {
  return targets.flatMap(({ name, atLeast, atMost, unit = '', value }) => {
    const found = value(medians);
    if (found === undefined) return [];
    const isMet = found >= (atLeast ?? -Infinity) && found <= (atMost ?? Infinity);
    const wanted = atLeast === undefined ? `≤ ${atMost}${unit}` : `≥ ${atLeast}${unit}`;
    return [{ name, value: found, wanted, isMet, unit }];
  });
}
