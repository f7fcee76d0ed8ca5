// Lists and single reads with the queries that the service sends: a page, a bounded count, the lines of the page.
import { ask } from './ask.mjs';

const ORDER_COLUMNS =
  'version, created_at, updated_at, id, customer_id, status, total_minor, placement_key, request_hash';
const PRODUCT_COLUMNS = 'version, created_at, updated_at, id, name, price_minor, stock_quantity, is_active';
const TOTAL_EXACT_MAX = 10_000;

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
      const isAdmin = role === 'admin';
      const source = { columns: ORDER_COLUMNS, table: 'orders', order: 'DESC' };
      const owner = { where: isAdmin ? '' : 'WHERE customer_id = $1', values: isAdmin ? [] : [id] };
      const { rows, pagination } = await readPage(pool, { ...source, ...owner }, request.query);
      reply.header('link', linkOf('/orders', pagination));
      return { data: await withLines(pool, rows), pagination };
    },
  );

  fastify.get(
    '/products',
    { onRequest: callers.optional, ...list },
    async (/** @type {any} */ request, reply) => {
      const source = {
        columns: PRODUCT_COLUMNS,
        table: 'products',
        order: 'ASC',
        where: 'WHERE is_active',
        values: [],
      };
      const { rows, pagination } = await readPage(pool, source, request.query);
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
      const rows = await ask(
        pool,
        `SELECT ${ORDER_COLUMNS} FROM orders WHERE id = $1 ${isAdmin ? '' : 'AND customer_id = $2'} LIMIT 1`,
        isAdmin ? [request.params.id] : [request.params.id, id],
      );
      if (rows.length === 0) return reply.code(404).send({ code: 'order-not-found' });
      reply.header('etag', `"${rows[0].version}"`);
      const [order] = await withLines(pool, rows);
      return order;
    },
  );

  fastify.get(
    '/products/:id',
    { onRequest: callers.optional, ...single },
    async (/** @type {any} */ request, reply) => {
      const rows = await ask(
        pool,
        `SELECT ${PRODUCT_COLUMNS} FROM products WHERE id = $1 AND is_active LIMIT 1`,
        [request.params.id],
      );
      if (rows.length === 0) return reply.code(404).send({ code: 'product-not-found' });
      reply.header('etag', `"${rows[0].version}"`);
      return asProduct(rows[0]);
    },
  );
}

/** @param {import('pg').Pool} pool @param {any} source @param {{ page: string, limit: string }} query */
async function readPage(pool, { columns, table, where, values, order }, query) {
  const page = Number(query.page);
  const limit = Number(query.limit);
  const offset = (page - 1) * limit;
  const [found, counted] = await Promise.all([
    ask(
      pool,
      `SELECT ${columns} FROM ${table} ${where} ORDER BY id ${order} LIMIT ${limit + 1} OFFSET ${offset}`,
      values,
    ),
    ask(
      pool,
      `SELECT count(*)::int AS count FROM (SELECT 1 FROM ${table} ${where} LIMIT ${TOTAL_EXACT_MAX + 1}) AS bounded`,
      values,
    ),
  ]);
  const rows = found.slice(0, limit);
  const total = Math.min(counted[0].count, TOTAL_EXACT_MAX);
  const pagination = {
    page,
    limit,
    total,
    pages: Math.ceil(total / limit),
    total_is_exact: counted[0].count <= TOTAL_EXACT_MAX,
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

/** @param {import('pg').Pool} pool @param {any[]} orders */
async function withLines(pool, orders) {
  const rows = await ask(
    pool,
    `SELECT order_id, product_id, product_name, quantity, price_minor
       FROM order_items WHERE order_id = ANY($1) ORDER BY product_id ASC`,
    [orders.map(({ id }) => id)],
  );
  const byOrder = new Map(orders.map(({ id }) => [id, /** @type {object[]} */ ([])]));
  for (const { order_id, price_minor, ...line } of rows) {
    byOrder.get(order_id)?.push({ ...line, price_at_purchase: Number(price_minor) / 100 });
  }
  return orders.map((order) => ({
    id: order.id,
    customer_id: order.customer_id,
    status: order.status,
    total_amount: Number(order.total_minor) / 100,
    items: byOrder.get(order.id),
    created_at: order.created_at,
    updated_at: order.updated_at,
  }));
}

/** @param {any} row */
function asProduct({ id, name, price_minor, stock_quantity, is_active, created_at, updated_at }) {
  return {
    id,
    name,
    price: Number(price_minor) / 100,
    stock_quantity: Number(stock_quantity),
    is_active,
    created_at,
    updated_at,
  };
}
