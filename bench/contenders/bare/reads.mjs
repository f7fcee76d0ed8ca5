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
 * @param {import('fastify').FastifyInstance} fastify
 * @param {import('./callers.mjs').Callers} callers
 * @param {import('pg').Pool} pool
 */
export function serveReads(fastify, callers, pool) {
  const list = { schema: { querystring: QUERY } };
  const single = { schema: { params: PARAMS } };

  fastify.get(
    '/orders',
    { onRequest: callers.required, ...list },
    async (/** @type {any} */ request, reply) => {
      const { id, role } = request.caller;
      const orders = orderList({ customer_id: role === 'admin' ? undefined : id });
      const { rows, pagination } = await readPage(pool, orders, request.query);
      reply.header('link', linkOf('/orders', pagination));
      return { data: rows.map(asOrder), pagination };
    },
  );

  fastify.get(
    '/products',
    { onRequest: callers.optional, ...list },
    async (/** @type {any} */ request, reply) => {
      const { rows, pagination } = await readPage(pool, productList(false), request.query);
      reply.header('link', linkOf('/products', pagination));
      return { data: rows.map(asProduct), pagination };
    },
  );

  fastify.get(
    '/orders/:id',
    { onRequest: callers.required, ...single },
    async (/** @type {any} */ request, reply) => {
      const { id, role } = request.caller;
      const isAdmin = role === 'admin';
      const values = isAdmin ? [request.params.id] : [request.params.id, id];
      const [order] = await ask(pool, isAdmin ? ANY_ORDER : OWN_ORDER, values);
      if (!order) return reply.code(404).send({ code: 'order-not-found' });
      reply.header('etag', `"${order.version}"`);
      return asOrder(order);
    },
  );

  fastify.get(
    '/products/:id',
    { onRequest: callers.optional, ...single },
    async (/** @type {any} */ request, reply) => {
      const [product] = await ask(pool, ACTIVE_PRODUCT, [request.params.id]);
      if (!product) return reply.code(404).send({ code: 'product-not-found' });
      reply.header('etag', `"${product.version}"`);
      return asProduct(product);
    },
  );
}

/**
 * @param {import('pg').Pool} pool @param {import('#dist/pagination/list-statement.js').List} list
 * @param {{ page: string, limit: string }} query
 */
async function readPage(pool, list, query) {
  const page = Number(query.page);
  const limit = Number(query.limit);
  const text = listStatement(list, { limit: limit + 1, offset: (page - 1) * limit });
  const found = await ask(pool, text, list.parameters.values);
  const [{ total, totalIsExact }] = found;
  const rows = found.slice(0, limit).filter(({ id }) => id !== null);
  const pagination = {
    page,
    limit,
    total,
    pages: Math.ceil(total / limit),
    total_is_exact: totalIsExact,
    next_cursor: found.length > limit ? String(rows.at(-1).id) : null,
  };
  return { rows, pagination };
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

/** @param {import('#dist/orders/order-row.js').OrderRow} order */
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

/** @param {any} row */
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
