/**
 * @typedef {import('../measure/measure.mjs').Result} Result
 * @typedef {Omit<Result, 'round'> & { perSecondMin: number, perSecondMax: number }} Median
 */

const NUMBERS = /** @type {const} */ ([
  'perSecond',
  'p50Ms',
  'p99Ms',
  'cpuUs',
  'postgresCpuUs',
  'foreignCores',
  'memoryMiB',
]);

/**
 * The median of the rounds of each contender, scenario and number of clients, in the order of the first
 * round.
 */
export class Medians {
  /** @type {Map<string, Median>} */
  #byKey = new Map();
  /** @type {Result[]} */
  #results;

  /** @param {Result[]} results */
  constructor(results) {
    this.#results = results;
    /** @type {Map<string, Result[]>} */
    const groups = new Map();
    for (const result of results) {
      const key = keyOf(result.scenario, result.contender, result.clients);
      groups.set(key, [...(groups.get(key) ?? []), result]);
    }
    for (const [key, rounds] of groups) this.#byKey.set(key, medianOf(rounds));
  }

  all() {
    return [...this.#byKey.values()];
  }

  /** How many cores were busy with something else in each measurement, where that is known. */
  foreignCores() {
    return this.#results.map(({ foreignCores }) => foreignCores).filter((cores) => cores !== undefined);
  }

  /** @param {string} scenario @param {string} contender @param {number} clients */
  find(scenario, contender, clients) {
    return this.#byKey.get(keyOf(scenario, contender, clients));
  }
}

/** @param {string} scenario @param {string} contender @param {number} clients */
const keyOf = (scenario, contender, clients) => `${scenario} ${contender} ${clients}`;

/** @param {Result[]} rounds @returns {Median} */
function medianOf(rounds) {
  const [{ scenario, contender, clients }] = /** @type {[Result]} */ (rounds);
  const perSecond = rounds.map((round) => round.perSecond);
  const numbers = NUMBERS.map((name) => [name, middleOf(rounds.map((round) => round[name]))]);
  return {
    scenario,
    contender,
    clients,
    .../** @type {Pick<Median, typeof NUMBERS[number]>} */ (Object.fromEntries(numbers)),
    perSecondMin: Math.min(...perSecond),
    perSecondMax: Math.max(...perSecond),
  };
}

/** @param {(number | undefined)[]} values */
function middleOf(values) {
  const known = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  const half = known.length / 2;
  if (known.length === 0) return undefined;
  return known.length % 2 === 1
    ? known[Math.floor(half)]
    : (Number(known[half - 1]) + Number(known[half])) / 2;
}
