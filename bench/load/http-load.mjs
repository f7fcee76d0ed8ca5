// Generates load over HTTP with autocannon, in its own process.
import autocannon from 'autocannon';
import { readBaskets } from '../baskets.mjs';
import { callerOf, ordersOf, pathsOf, scenarioOf } from '../scenarios.mjs';
import { Tokens } from '../tokens.mjs';
import { answerJobs, timingOf } from './jobs.mjs';

const REQUEST_TIMEOUT_S = 20;
/** How often autocannon checks whether it is done. */
const SAMPLE_MS = 50;

/** @type {import('./jobs.mjs').Load} */
let load;
/** What each connection sends in turn. @type {object[][]} */
let requests = [];

function prepare(/** @type {import('./jobs.mjs').Load} */ next) {
  load = next;
  const scenario = scenarioOf(load.scenario);
  const fileOrders = scenario.isFromFile && load.baskets ? readBaskets(load.baskets).orders : [];
  const tokens = new Tokens(load.secret);
  requests = Array.from({ length: load.clients }, (_, connection) => {
    const headers = headersOf(tokens, callerOf(scenario, connection));
    if (scenario.group !== 'placing') {
      return pathsOf(scenario, connection).map((path) => ({ method: 'GET', path, headers }));
    }
    const orders = ordersOf(scenario, connection, load.clients, fileOrders);
    return orders.map((lines) => asPlacement(lines, headers));
  });
  return Promise.resolve();
}

/** @param {Tokens} tokens @param {number | undefined} userId */
function headersOf(tokens, userId) {
  return userId === undefined ? {} : { authorization: `Bearer ${tokens.sign(userId)}` };
}

/** @param {import('../baskets.mjs').Line[]} lines @param {object} headers */
function asPlacement(lines, headers) {
  const items = lines.map(({ productId, quantity }) => ({ product_id: productId, quantity }));
  return {
    method: 'POST',
    path: '/orders',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ items }),
  };
}

/** @param {number} amount @returns {Promise<import('./jobs.mjs').Timing>} */
function run(amount) {
  /** @type {number[]} */
  const latenciesMs = [];
  let startedAt = 0;
  let endedAt = 0;
  let connection = 0;
  return new Promise((resolve, reject) => {
    const options = {
      url: load.url,
      connections: load.clients,
      amount,
      timeout: REQUEST_TIMEOUT_S,
      sampleInt: SAMPLE_MS,
      setupClient: (/** @type {autocannon.Client} */ client) =>
        client.setRequests(requests[connection++] ?? []),
    };
    const instance = autocannon(
      options,
      (/** @type {Error | null} */ error, /** @type {autocannon.Result} */ result) => {
        const fault = error ? error.message : faultOf(result, amount, latenciesMs.length);
        if (fault) reject(new Error(fault));
        else resolve(timingOf(latenciesMs, (endedAt - startedAt) / 1000));
      },
    );
    instance.on('response', (_client, _status, _bytes, /** @type {number} */ latencyMs) => {
      endedAt = performance.now();
      // The clock starts with the first request, not with connecting.
      if (latenciesMs.length === 0) startedAt = endedAt - latencyMs;
      latenciesMs.push(latencyMs);
    });
  });
}

/**
 * Any unexpected answer makes the result invalid.
 * @param {autocannon.Result} result
 * @param {number} amount
 * @param {number} answers
 */
function faultOf({ errors, timeouts, statusCodeStats }, amount, answers) {
  const right = statusCodeStats?.[/** @type {`${number}`} */ (String(load.status))]?.count ?? 0;
  if (right === amount && answers === amount && errors === 0) return undefined;
  return (
    `Of ${amount} requests ${right} got ${load.status}: ` +
    `${JSON.stringify({ statusCodeStats, errors, timeouts })}`
  );
}

answerJobs({ prepare, run });
