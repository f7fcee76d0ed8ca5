// The questions, asked at both sizes.
import { HALF, HUNDRED, MOST, NONE, ONE } from './seed.mjs';

/**
 * @typedef {object} Question
 * @property {string} title
 * @property {string} path
 * @property {'admin' | 'half' | 'hundred' | 'nobody'} caller
 * @property {(size: import('./seed.mjs').Size) => number}
 *   [lengthIn] of the list, where it is asked from its middle on.
 */

const MONTH = 'created_from=2026-06-01T00:00:00Z&created_to=2026-07-01T00:00:00Z';
const LONG_AGO = 'created_from=2000-01-01T00:00:00Z&created_to=2001-01-01T00:00:00Z';

/** @param {Question['caller']} caller @param {string} title @param {string} filters @returns {Question} */
const orders = (caller, title, filters) => ({
  caller,
  title,
  path: `/orders?limit=10${filters && `&${filters}`}`,
});

/** @param {Question} question @param {NonNullable<Question['lengthIn']>} lengthIn @returns {Question} */
const fromTheMiddle = (question, lengthIn) => ({
  ...question,
  title: `${question.title}, by cursor from the middle`,
  lengthIn,
});

const ALL = orders('admin', 'all', '');
const CATALOGUE = /** @type {Question} */ ({
  caller: 'nobody',
  title: 'products',
  path: '/products?limit=10',
});

/** @type {readonly Question[]} */
export const QUESTIONS = [
  ALL,
  orders('admin', 'all, page 50', 'page=50'),
  orders('admin', 'all, page 1,000, the last that has a number', 'page=1000'),
  fromTheMiddle(ALL, (size) => size.orders),
  orders('admin', 'status of most', 'status=CONFIRMED'),
  orders('admin', 'status of most, page 500', 'status=CONFIRMED&page=500'),
  orders('admin', 'status of 50', 'status=PENDING'),
  orders('admin', 'customer with half of all', `customer_id=${HALF.customer}`),
  orders('admin', 'customer with half of all, page 400', `customer_id=${HALF.customer}&page=400`),
  orders('admin', 'customer with 100', `customer_id=${HUNDRED.customer}`),
  orders('admin', 'customer with none', `customer_id=${NONE.customer}`),
  orders('admin', 'a month', MONTH),
  orders('admin', 'a year without orders', LONG_AGO),
  orders('admin', 'from July on', 'created_from=2026-07-01T00:00:00Z'),
  orders('admin', 'before July', 'created_to=2026-07-01T00:00:00Z'),
  orders('admin', 'product in most', `product_id=${MOST.product}`),
  orders('admin', 'product in most, page 400', `product_id=${MOST.product}&page=400`),
  orders('admin', 'product in 100', `product_id=${HUNDRED.product}`),
  orders('admin', 'product in one', `product_id=${ONE.product}`),
  orders('admin', 'product in none', `product_id=${NONE.product}`),
  orders('admin', 'customer with half, status of most', `customer_id=${HALF.customer}&status=CONFIRMED`),
  orders('admin', 'customer with half, status of 50', `customer_id=${HALF.customer}&status=PENDING`),
  orders('admin', 'customer with half, a month', `customer_id=${HALF.customer}&${MONTH}`),
  orders('admin', 'status of most, a month', `status=CONFIRMED&${MONTH}`),
  orders('admin', 'product in most, a month', `product_id=${MOST.product}&${MONTH}`),
  orders('admin', 'product in most, status of most', `product_id=${MOST.product}&status=CONFIRMED`),
  orders('admin', 'product in most, status of 50', `product_id=${MOST.product}&status=PENDING`),
  orders(
    'admin',
    'customer with half, product in most',
    `customer_id=${HALF.customer}&product_id=${MOST.product}`,
  ),
  orders(
    'admin',
    'customer with half, product in none',
    `customer_id=${HALF.customer}&product_id=${NONE.product}`,
  ),
  orders(
    'admin',
    'customer with 100, product in most',
    `customer_id=${HUNDRED.customer}&product_id=${MOST.product}`,
  ),
  orders(
    'admin',
    'customer with half, product in most, status of most, a month',
    `customer_id=${HALF.customer}&product_id=${MOST.product}&status=CONFIRMED&${MONTH}`,
  ),
  orders('half', 'own, half of all', ''),
  orders('half', 'own, half of all, page 500', 'page=500'),
  fromTheMiddle(orders('half', 'own, half of all', ''), (size) => size.orders / 2),
  orders('half', 'own, half of all, status of 50', 'status=PENDING'),
  orders('half', 'own, half of all, a month', MONTH),
  orders('half', 'own, half of all, product in 100', `product_id=${HUNDRED.product}`),
  orders('hundred', 'own, 100', ''),
  orders('hundred', 'own, 100, status of most', 'status=CONFIRMED'),
  orders('hundred', 'own, 100, product in most', `product_id=${MOST.product}`),
  { caller: 'hundred', title: 'one order', path: '/orders/1' },
  CATALOGUE,
  { ...CATALOGUE, title: 'products, page 50', path: '/products?limit=10&page=50' },
  fromTheMiddle(CATALOGUE, (size) => size.products),
  { caller: 'admin', title: 'products, inactive ones too', path: '/products?limit=10&include_inactive=true' },
  { caller: 'nobody', title: 'one product', path: '/products/500' },
];
