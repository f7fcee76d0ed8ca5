import { BEGIN, LOCK_PRODUCTS, RECORD_ORDERS, recordParameters } from '../../database/statements.mjs';

/**
 * @typedef {object} Order
 * @property {number} customerId @property {string} placementKey
 * @property {{ productId: number, quantity: number }[]} lines one per product
 *
 * @typedef {{ order?: any, refusal?: { status: number, code: string } }} Answer
 */

const GROUP_MAX = 64;

/** One lane, no timer: orders that come while a transaction is open share the next one. */
export class GroupQueue {
  /** @type {{ order: Order, resolve: (answer: Answer) => void, reject: (error: unknown) => void }[]} */
  #waiting = [];
  #isBusy = false;

  /** @param {import('pg').Pool} pool */
  constructor(pool) {
    this.pool = pool;
  }

  /** @param {Order} order @returns {Promise<Answer>} */
  place(order) {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ order, resolve, reject });
      if (!this.#isBusy) void this.#work();
    });
  }

  async #work() {
    this.#isBusy = true;
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, GROUP_MAX);
      try {
        const answers = await this.#placeGroup(group.map(({ order }) => order));
        group.forEach(({ resolve }, index) => resolve(/** @type {Answer} */ (answers[index])));
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#isBusy = false;
  }

  /** @param {Order[]} orders @returns {Promise<Answer[]>} */
  async #placeGroup(orders) {
    const client = await this.pool.connect();
    try {
      await client.query(BEGIN);
      const ids = [...new Set(orders.flatMap(({ lines }) => lines.map(({ productId }) => productId)))];
      const { rows } = await client.query({
        name: 'lock',
        text: LOCK_PRODUCTS,
        values: [ids.sort((a, b) => a - b)],
      });
      const answers = allocate(rows, orders);
      const placed = answers.flatMap(({ order }) => (order ? [order] : []));
      await record(client, placed);
      await client.query('COMMIT');
      client.release();
      return answers;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }
}

/** In order of arrival, all lines of an order or none. @param {any[]} rows @param {Order[]} orders @returns {Answer[]} */
function allocate(rows, orders) {
  const products = new Map(rows.map((row) => [row.id, row]));
  const left = new Map(rows.map((row) => [row.id, Number(row.stock_quantity)]));
  return orders.map((order) => {
    const { lines } = order;
    if (lines.some(({ productId }) => products.get(productId)?.is_active !== true))
      return { refusal: { status: 404, code: 'product-not-found' } };
    if (lines.some(({ productId, quantity }) => quantity > (left.get(productId) ?? 0)))
      return { refusal: { status: 409, code: 'insufficient-stock' } };
    let totalMinor = 0;
    const priced = lines.map(({ productId, quantity }) => {
      const { name, price_minor } = products.get(productId);
      const priceMinor = Number(price_minor);
      left.set(productId, (left.get(productId) ?? 0) - quantity);
      totalMinor += priceMinor * quantity;
      return { productId, productName: name, quantity, priceMinor };
    });
    return { order: { ...order, lines: priced, totalMinor } };
  });
}

/** @param {import('pg').PoolClient} client @param {any[]} placed */
async function record(client, placed) {
  if (placed.length === 0) return;
  const values = recordParameters(placed);
  const { rows } = await client.query({ name: 'record', text: RECORD_ORDERS, values });
  if (rows.length !== placed.length) throw new Error('The orders written are not the orders allocated.');
  rows.forEach(({ id, created_at }, index) => Object.assign(placed[index], { id, createdAt: created_at }));
}
