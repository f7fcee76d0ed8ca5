import { measure } from './measure.mjs';

/** Enough requests to compile the code of a group of scenarios before it is measured. */
const WARM_UP_CLIENTS = 32;
const WARM_UP_S = 5;

/**
 * @typedef {import('./plan.mjs').Comparison} Comparison
 * @typedef {{ rounds: number, seconds: number, baskets: string | undefined }} Options
 */

/**
 * Makes the measurements of a plan, with the contenders taking turns. A failed measurement ends the run,
 * since there is no result without it.
 * @param {import('./stage.mjs').Stage} stage
 * @param {Comparison[]} plan
 * @param {Options} options
 * @param {(text: string) => void} progress
 */
export async function runPlan(stage, plan, { rounds, seconds, baskets }, progress) {
  const total = plan.reduce((sum, { contenders }) => sum + contenders.length * rounds, 0);
  const results = [];
  const warm = new Set();
  for (const { scenario, clients, contenders } of plan) {
    const cold = contenders.filter(({ name }) => !warm.has(`${name} ${scenario.group}`));
    for (const contender of cold) {
      warm.add(`${contender.name} ${scenario.group}`);
      progress(`warming up ${contender.name}`);
      await attempt({ scenario, contender, clients: WARM_UP_CLIENTS, round: 0 }, WARM_UP_S);
    }
    for (const [round, contender] of turns(rounds, contenders)) {
      progress(`${results.length + 1} of ${total}: ${scenario.name}, ${clients} clients, ${contender.name}`);
      results.push(await attempt({ scenario, clients, contender, round }));
    }
  }
  progress('');
  return results;

  /**
   * @param {Pick<Comparison, 'scenario' | 'clients'> &
   *   { contender: Comparison['contenders'][0], round: number }} what
   */
  function attempt(what, length = seconds) {
    return measure(stage, { ...what, seconds: length, baskets }).catch((/** @type {Error} */ cause) => {
      const { scenario, clients, contender } = what;
      throw new Error(`${scenario.name}, ${clients} clients, ${contender.name}: ${cause.message}`, { cause });
    });
  }
}

/**
 * @template T @param {number} rounds @param {T[]} contenders
 * @returns {[round: number, contender: T][]} A B C A B C …
 */
function turns(rounds, contenders) {
  return Array.from({ length: rounds }, (_, index) => index + 1).flatMap((round) =>
    contenders.map((contender) => /** @type {[number, T]} */ ([round, contender])),
  );
}
