// Which measurements a run makes, and in which order.
import { CONTENDERS } from '../contenders/contenders.mjs';
import { SCENARIOS } from '../scenarios.mjs';

const CLIENTS = [1, 32, 64, 128];
/** At 64 clients, only the tail latencies of these two are compared. */
const CLIENTS_FOR_TAILS = 64;
const COMPARED_BY_TAILS = ['service', 'groups-of-one'];

/**
 * @typedef {import('../scenarios.mjs').Scenario} Scenario
 * @typedef {import('../contenders/contenders.mjs').Contender} Contender
 * @typedef {{ scenario: Scenario, clients: number, contenders:
 *   Contender[] }} Comparison contenders who take turns.
 */

/** @param {ReturnType<import('../options.mjs').readOptions>} options @returns {Comparison[]} */
export function planOf({ only, clients, contenders, baskets }) {
  const scenarios = SCENARIOS.filter(
    ({ name, group, isFromFile, isForStandby }) =>
      !isForStandby &&
      (only === undefined || only.includes(name) || only.includes(group)) &&
      (!isFromFile || baskets !== undefined),
  );
  return scenarios.flatMap((scenario) =>
    (clients ?? CLIENTS)
      .map((count) => ({ scenario, clients: count, contenders: takingPart(scenario, count, contenders) }))
      .filter((comparison) => comparison.contenders.length > 0),
  );
}

/** @param {Scenario} scenario @param {number} clients @param {string[] | undefined} chosen */
function takingPart({ group }, clients, chosen) {
  if (group !== 'placing' && clients === CLIENTS_FOR_TAILS) return [];
  return CONTENDERS.filter(({ name, groups, onlyClients = clients }) => {
    if (!groups.includes(group) || onlyClients !== clients) return false;
    if (chosen) return chosen.includes(name);
    return clients !== CLIENTS_FOR_TAILS || COMPARED_BY_TAILS.includes(name);
  });
}
