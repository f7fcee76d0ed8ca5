import { newPlacementKey } from '#dist/orders/placement/placement-request.js';

const integer = (/** @type {number} */ maximum) => ({ type: 'integer', minimum: 1, maximum });

const BODY = {
  type: 'object',
  required: ['items'],
  additionalProperties: false,
  properties: {
    expected_total: { type: 'number', minimum: 0 },
    items: {
      type: 'array',
      minItems: 1,
      maxItems: 5_000,
      items: {
        type: 'object',
        required: ['product_id', 'quantity'],
        additionalProperties: false,
        properties: { product_id: integer(Number.MAX_SAFE_INTEGER), quantity: integer(1_000_000) },
      },
    },
  },
};

/**
 * @typedef {import('./callers.mjs').Caller} Caller
 * @typedef {import('./callers.mjs').Request} Request
 * @typedef {import('./group-queue.mjs').PlacedOrder} PlacedOrder
 * @typedef {{ product_id: number, quantity: number }} Item
 */

/**
 * @param {import('fastify').FastifyInstance} fastify
 * @param {import('./callers.mjs').Callers} callers
 * @param {import('./group-queue.mjs').GroupQueue} queue
 */
export function servePlacing(fastify, callers, queue) {
  fastify.post(
    '/orders',
    { onRequest: callers.required, schema: { body: BODY } },
    async (/** @type {Request} */ request, reply) => {
      const { items } = /** @type {{ items: Item[] }} */ (request.body);
      const lines = mergeLines(items);
      const customerId = /** @type {Caller} */ (request.caller).id;
      const { order, refusal } = await queue.place({ customerId, placementKey: newPlacementKey(), lines });
      if (!order) return reply.code(refusal?.status ?? 500).send({ code: refusal?.code });
      return reply
        .code(201)
        .headers({ location: `/orders/${order.id}`, 'idempotency-replayed': 'false', etag: '"1"' })
        .header('content-type', 'application/json; charset=utf-8')
        .send(order.json);
    },
  );
}

/** @param {Item[]} items */
function mergeLines(items) {
  /** @type {Map<number, number>} */
  const merged = new Map();
  for (const { product_id, quantity } of items)
    merged.set(product_id, (merged.get(product_id) ?? 0) + quantity);
  return [...merged].map(([productId, quantity]) => ({ productId, quantity }));
}
