// Lists and single reads with the statements that the service sends, taken from its build.
import { listStatement } from '#dist/pagination/list-statement.js';
import { orderList } from '#dist/orders/order-list.js';
import { orderById } from '#dist/orders/order-row.js';
import { productById, productList } from '#dist/products/product-list.js';
import { ask } from './ask.mjs';

const ANY_ORDER = orderById('$1');
const OWN_ORDER = `${ANY_ORDER} AND customer_id = $2`;
const ACTIVE_PRODUCT = `${productById('$1')} AND is_active`;

const PARAMS = {
  type: 'object',
  properties: { id: { type: 'string', pattern: '^[1-9][0-9]{0,9}$' } },
};
const QUERY = {
  type: 'object',
  additionalProperties: false,
  properties: {
    page: { type: 'string', pattern: '^[1-9][0-9]{0,8}$', default: '1' },
    limit: { type: 'string', pattern: '^([1-9][0-9]?|100)$', default: '10' },
  },
};

/**
 * @typedef {import('./callers.mjs').Caller} Caller
 * @typedef {import('./callers.mjs').Request} Request
 * @typedef {import('#dist/orders/order-row.js').OrderRow} OrderRow
 * @typedef {import('#dist/pagination/list-statement.js').ListState} ListState
 * @typedef {import('#dist/products/product.entity.js').Product} Product
 */

/** @param {Request} request */
const callerOf = ({ caller }) => /** @type {Caller} */ (caller);
/** @param {Request} request */
const idOf = ({ params }) => /** @type {{ id: string }} */ (params).id;

/**
 * @param {import('fastify').FastifyInstance} fastify
 * @param {import('./callers.mjs').Callers} callers
 * @param {import('pg').Pool} pool
 */
export function serveReads(fastify, callers, pool) {
  const list = { schema: { querystring: QUERY } };
  const single = { schema: { params: PARAMS } };

  fastify.get('/orders', { onRequest: callers.required, ...list }, async (request, reply) => {
    const { id, role } = callerOf(request);
    const orders = orderList({ customer_id: role === 'admin' ? undefined : id });
    const { rows, pagination } = await readPage(pool, orders, request);
    void reply.header('link', linkOf('/orders', pagination));
    return { data: /** @type {OrderRow[]} */ (rows).map(asOrder), pagination };
  });

  fastify.get('/products', { onRequest: callers.optional, ...list }, async (request, reply) => {
    const { rows, pagination } = await readPage(pool, productList(false), request);
    void reply.header('link', linkOf('/products', pagination));
    return { data: /** @type {Product[]} */ (rows).map(asProduct), pagination };
  });

  fastify.get('/orders/:id', { onRequest: callers.required, ...single }, async (request, reply) => {
    const { id, role } = callerOf(request);
    const [text, values] = role === 'admin' ? [ANY_ORDER, [idOf(request)]] : [OWN_ORDER, [idOf(request), id]];
    /** @type {OrderRow[]} */
    const [order] = await ask(pool, text, values);
    if (!order) return reply.code(404).send({ code: 'order-not-found' });
    void reply.header('etag', `"${order.version}"`);
    return asOrder(order);
  });

  fastify.get('/products/:id', { onRequest: callers.optional, ...single }, async (request, reply) => {
    /** @type {Product[]} */
    const [product] = await ask(pool, ACTIVE_PRODUCT, [idOf(request)]);
    if (!product) return reply.code(404).send({ code: 'product-not-found' });
    void reply.header('etag', `"${product.version}"`);
    return asProduct(product);
  });
}

/**
 * @param {import('pg').Pool} pool @param {import('#dist/pagination/list-statement.js').List} list
 * @param {Request} request
 */
async function readPage(pool, list, { query }) {
  const { page, limit } = /** @type {{ page: string, limit: string }} */ (query);
  const [number, size] = [Number(page), Number(limit)];
  const text = listStatement(list, { limit: size + 1, offset: (number - 1) * size });
  /** @type {({ id: number | null } & ListState)[]} */
  const found = await ask(pool, text, list.parameters.values);
  const { total, totalIsExact } = /** @type {ListState} */ (found[0]);
  const rows = found.slice(0, size).filter(({ id }) => id !== null);
  const pagination = {
    page: number,
    limit: size,
    total,
    pages: Math.ceil(total / size),
    total_is_exact: totalIsExact,
    next_cursor: found.length > size ? String(rows.at(-1)?.id) : null,
  };
  return { rows: /** @type {unknown[]} */ (rows), pagination };
}

/** @param {string} path @param {{ page: number, limit: number, pages: number, total_is_exact: boolean }} pagination */
function linkOf(path, { page, limit, pages, total_is_exact }) {
  const links = [
    `<${path}?limit=${limit}&page=1>; rel="first"`,
    `<${path}?limit=${limit}&page=${page + 1}>; rel="next"`,
  ];
  if (total_is_exact) links.push(`<${path}?limit=${limit}&page=${pages}>; rel="last"`);
  return links.join(', ');
}

/** @param {OrderRow} order */
function asOrder({ id, customerId, status, totalMinor, lines, createdAt, updatedAt }) {
  return {
    id,
    customer_id: customerId,
    status,
    total_amount: totalMinor / 100,
    items: lines?.map(([product_id, product_name, quantity, priceMinor]) => ({
      product_id,
      product_name,
      quantity,
      price_at_purchase: priceMinor / 100,
    })),
    created_at: createdAt,
    updated_at: updatedAt,
  };
}

/** @param {Product} product */
function asProduct({ id, name, priceMinor, stockQuantity, isActive, createdAt, updatedAt }) {
  return {
    id,
    name,
    price: priceMinor / 100,
    stock_quantity: stockQuantity,
    is_active: isActive,
    created_at: createdAt,
    updated_at: updatedAt,
  };
}
