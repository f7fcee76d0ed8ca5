import { BEGIN, lockRows, record } from '../../database/statements.mjs';

/**
 * @typedef {object} Order
 * @property {number} customerId @property {string} placementKey
 * @property {{ productId: number, quantity: number }[]} lines one per product
 *
 * @typedef {import('#dist/database/json.js').Resource} Resource
 * @typedef {import('../../database/statements.mjs').PlacedOrder & Partial<Resource>} PlacedOrder
 * @typedef {{ order?: PlacedOrder, refusal?: { status: number, code: string } }} Answer
 */

const GROUP_MAX = 64;

/**
 * One lane, no timer: orders that come while a transaction is open share the next one. Two round trips, as
 * the service has them: BEGIN travels with the lock, COMMIT with the write.
 */
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
      await this.#placeGroup(group.map(({ order }) => order)).then(
        (answers) => group.forEach(({ resolve }, index) => resolve(/** @type {Answer} */ (answers[index]))),
        (error) => group.forEach(({ reject }) => reject(error)),
      );
    }
    this.#isBusy = false;
  }

  /** @param {Order[]} orders @returns {Promise<Answer[]>} */
  async #placeGroup(orders) {
    const client = await this.pool.connect();
    try {
      const ids = [...new Set(orders.flatMap(({ lines }) => lines.map(({ productId }) => productId)))];
      const [, rows] = await Promise.all([
        client.query(BEGIN),
        lockRows(
          client,
          ids.sort((a, b) => a - b),
        ),
      ]);
      const answers = allocate(rows, orders);
      const placed = answers.flatMap(({ order }) => (order ? [order] : []));
      const [recorded] = await Promise.all([record(client, placed), client.query('COMMIT')]);
      recorded.forEach((row, index) => Object.assign(/** @type {PlacedOrder} */ (placed[index]), row));
      client.release();
      return answers;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }
}

/**
 * In order of arrival, all lines of an order or none.
 * @param {import('../../database/statements.mjs').LockedRow[]} rows
 * @param {Order[]} orders
 * @returns {Answer[]}
 */
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
      const product = products.get(productId);
      const priceMinor = Number(product?.price_minor);
      left.set(productId, (left.get(productId) ?? 0) - quantity);
      totalMinor += priceMinor * quantity;
      return { productId, productName: product?.name ?? '', quantity, priceMinor };
    });
    return { order: { ...order, lines: priced, totalMinor } };
  });
}
