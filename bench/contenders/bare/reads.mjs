// Lists and single reads with the statements that the service sends, taken from its build.
import { listStatement } from '#dist/pagination/list-statement.js';
import { orderList, SELECT_ORDER } from '#dist/orders/order-list.js';
import { ACTIVE_PRODUCTS, SELECT_PRODUCT } from '#dist/products/product-list.js';
import { ask } from './ask.mjs';

const ANY_ORDER = `${SELECT_ORDER} id = $1`;
const OWN_ORDER = `${ANY_ORDER} AND customer_id = $2`;
const ACTIVE_PRODUCT = `${SELECT_PRODUCT} id = $1 AND is_active`;

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
 * @typedef {import('#dist/database/json.js').Resource} Resource
 * @typedef {import('#dist/pagination/list-statement.js').ListPart} ListPart
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

  fastify.get('/orders', { onRequest: callers.required, ...list }, (request, reply) => {
    const { id, role } = callerOf(request);
    const own = orderList({ customer_id: role === 'admin' ? undefined : id });
    return sendPage(pool, '/orders', own, request, reply);
  });

  fastify.get('/products', { onRequest: callers.optional, ...list }, (request, reply) =>
    sendPage(pool, '/products', { list: ACTIVE_PRODUCTS, filters: {} }, request, reply),
  );

  fastify.get('/orders/:id', { onRequest: callers.required, ...single }, async (request, reply) => {
    const { id, role } = callerOf(request);
    const [text, values] = role === 'admin' ? [ANY_ORDER, [idOf(request)]] : [OWN_ORDER, [idOf(request), id]];
    /** @type {Resource[]} */
    const [order] = await ask(pool, text, values);
    if (!order) return reply.code(404).send({ code: 'order-not-found' });
    return sendJson(reply.header('etag', `"${order.version}"`), order.json);
  });

  fastify.get('/products/:id', { onRequest: callers.optional, ...single }, async (request, reply) => {
    /** @type {Resource[]} */
    const [product] = await ask(pool, ACTIVE_PRODUCT, [idOf(request)]);
    if (!product) return reply.code(404).send({ code: 'product-not-found' });
    return sendJson(reply.header('etag', `"${product.version}"`), product.json);
  });
}

/** @param {import('fastify').FastifyReply} reply @param {string} json */
function sendJson(reply, json) {
  return reply.header('content-type', 'application/json; charset=utf-8').send(json);
}

/**
 * @param {import('pg').Pool} pool @param {string} path @param {ReturnType<typeof orderList>} from
 * @param {Request} request @param {import('fastify').FastifyReply} reply
 */
async function sendPage(pool, path, { list, filters }, request, reply) {
  const query = /** @type {{ page: string, limit: string }} */ (request.query);
  const [page, limit] = [Number(query.page), Number(query.limit)];
  const names = Object.keys(filters).filter((name) => filters[name] !== undefined);
  const values = names.map((name) => filters[name]);
  const text = listStatement(list, names, 'far', true);
  const [part] = /** @type {[ListPart]} */ (await ask(pool, text, [...values, limit, (page - 1) * limit]));
  const pagination = {
    page,
    limit,
    total: part.total,
    pages: Math.ceil(part.total / limit),
    total_is_exact: part.totalIsExact,
    next_cursor: part.found > limit ? String(part.lastId) : null,
  };
  void reply.header('link', linkOf(path, pagination));
  return sendJson(reply, `{"data":[${part.items ?? ''}],"pagination":${JSON.stringify(pagination)}}`);
}

/**
 * @param {string} path
 * @param {{ page: number, limit: number, pages: number, total_is_exact: boolean }} pagination
 */
function linkOf(path, { page, limit, pages, total_is_exact }) {
  const links = [
    `<${path}?limit=${limit}&page=1>; rel="first"`,
    `<${path}?limit=${limit}&page=${page + 1}>; rel="next"`,
  ];
  if (total_is_exact) links.push(`<${path}?limit=${limit}&page=${pages}>; rel="last"`);
  return links.join(', ');
}
