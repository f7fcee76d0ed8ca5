// The scenarios as data, and the requests they consist of.
import { ADMIN_ID, customerOf, orderOf, PRODUCTS } from './catalogue.mjs';
import { seededRandom } from './random.mjs';

/**
 * @typedef {import('./baskets.mjs').Line} Line
 * @typedef {ReturnType<typeof seededRandom>} Random
 * @typedef {object} Scenario
 * @property {string} name
 * @property {'placing' | 'listing' | 'reading'} group
 * @property {string} title
 * @property {(random: Random) => Line[]} [basket] of the made-up orders.
 * @property {boolean} [isForStandby] whether only `--only standby` takes it.
 * @property {boolean} [isFromFile] whether the baskets are those of a file.
 * @property {(random: Random, customer: number) => string} [path] of reads.
 * @property {'customer' | 'admin' | 'nobody'} [caller] a customer, unless said otherwise.
 */

/** Requests that one connection repeats in turn. */
const REQUESTS_MIN = 100;

/** @param {Random} random @param {number} count @returns {Line[]} different products, one piece each. */
function basketOf(random, count) {
  /** @type {Set<number>} */
  const ids = new Set();
  while (ids.size < count) ids.add(random(PRODUCTS) + 1);
  return [...ids].map((productId) => ({ productId, quantity: 1 }));
}

/**
 * So many products that locking those of a group takes a while, and another process can interfere.
 * @param {Random} random
 * @returns {Line[]}
 */
function opposedBasketOf(random) {
  const ascending = basketOf(random, 20).sort((a, b) => a.productId - b.productId);
  return random(2) === 0 ? ascending : ascending.reverse();
}

/** @type {readonly Scenario[]} */
export const SCENARIOS = [
  {
    name: 'orders-admin',
    group: 'listing',
    title: 'GET /orders?limit=10 as admin',
    caller: 'admin',
    path: () => '/orders?limit=10',
  },
  {
    name: 'orders-customer',
    group: 'listing',
    title: 'GET /orders?limit=10 as customer',
    path: () => '/orders?limit=10',
  },
  {
    name: 'products',
    group: 'listing',
    title: 'GET /products?limit=10',
    caller: 'nobody',
    path: () => '/products?limit=10',
  },
  {
    name: 'order',
    group: 'reading',
    title: 'GET /orders/{id}',
    path: (random, customer) => `/orders/${orderOf(customer, random)}`,
  },
  {
    name: 'product',
    group: 'reading',
    title: 'GET /products/{id}',
    caller: 'nobody',
    path: (random) => `/products/${random(PRODUCTS) + 1}`,
  },
  {
    name: 'hot',
    group: 'placing',
    title: 'one product that everybody wants',
    basket: () => [{ productId: 1, quantity: 1 }],
  },
  {
    name: 'spread',
    group: 'placing',
    title: 'one of 1,000 products',
    basket: (random) => basketOf(random, 1),
  },
  {
    name: 'baskets',
    group: 'placing',
    title: '3 of 1,000 products',
    basket: (random) => basketOf(random, 3),
  },
  { name: 'file', group: 'placing', title: 'the baskets of the file', isFromFile: true },
  {
    name: 'opposite',
    group: 'placing',
    title: '20 of 1,000 products, every other basket in the opposite order',
    basket: opposedBasketOf,
    isForStandby: true,
  },
];

/** @param {string} name */
export function scenarioOf(name) {
  const scenario = SCENARIOS.find((candidate) => candidate.name === name);
  if (!scenario) throw new Error(`There is no scenario "${name}".`);
  return scenario;
}

/**
 * Who calls on a connection: a user's id, or nobody. @param {Scenario} scenario @param {number} connection
 */
export function callerOf({ caller = 'customer' }, connection) {
  if (caller === 'nobody') return undefined;
  return caller === 'admin' ? ADMIN_ID : customerOf(connection);
}

/**
 * The orders that a connection places in turn; the same in every run.
 * @param {Scenario} scenario
 * @param {number} connection
 * @param {number} connections
 * @param {Line[][]} fileOrders
 * @returns {Line[][]}
 */
export function ordersOf({ basket, isFromFile }, connection, connections, fileOrders) {
  if (isFromFile) return shareOf(fileOrders, connection, connections);
  const random = seededRandom(connection + 1);
  return Array.from({ length: REQUESTS_MIN }, () => basket?.(random) ?? []);
}

/** The paths that a connection reads in turn. @param {Scenario} scenario @param {number} connection */
export function pathsOf({ path }, connection) {
  const random = seededRandom(connection + 1);
  return Array.from({ length: REQUESTS_MIN }, () => path?.(random, customerOf(connection)) ?? '/');
}

/**
 * Deals the orders of the file out to the connections, so that together they place all of them.
 * @param {Line[][]} orders
 * @param {number} connection
 * @param {number} connections
 */
function shareOf(orders, connection, connections) {
  const count = Math.max(REQUESTS_MIN, Math.ceil(orders.length / connections));
  return Array.from(
    { length: count },
    (_, turn) => orders[(connection + turn * connections) % orders.length] ?? [],
  );
}
