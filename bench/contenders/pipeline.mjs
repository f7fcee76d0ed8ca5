// The service, with an immediate made-up answer where the database would be: the ceiling that routing,
// guards, validation and serialisation leave.
import { GroupQueue } from '#dist/common/group-queue/group-queue.js';
import { newOrder } from '#dist/orders/order-json.js';

let lastId = 0;

/** @type {import('#dist/orders/orders.service.js').OrdersService['queue']['add']} */
const add = (request) => {
  const lines = request.lines.map(({ productId, quantity }) => ({
    productId,
    productName: `Product ${productId}`,
    quantity,
    priceMinor: 100 + productId,
  }));
  const totalMinor = lines.reduce((sum, { quantity, priceMinor }) => sum + quantity * priceMinor, 0);
  lastId += 1;
  const resource = newOrder({ ...request, lines, totalMinor }, lastId, {
    created_at: new Date().toISOString(),
    expires_at: null,
  });
  return Promise.resolve({ resource, isReplayed: false });
};

GroupQueue.prototype.add = /** @type {any} */ (add);

await import('#dist/main.js');
