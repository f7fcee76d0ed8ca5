// The service, with an immediate made-up answer where the database would be: the ceiling that routing, guards,
// validation and serialisation leave.
import { PlacementQueue } from '#dist/orders/placement/placement-queue.js';

let lastId = 0;

/** @type {PlacementQueue['place']} */
const place = (request) => {
  const lines = request.lines.map(({ productId, quantity }) => ({
    productId,
    productName: `Product ${productId}`,
    quantity,
    priceMinor: 100 + productId,
  }));
  const totalMinor = lines.reduce((sum, { quantity, priceMinor }) => sum + quantity * priceMinor, 0);
  lastId += 1;
  return Promise.resolve({
    kind: 'placed',
    order: { id: lastId, createdAt: new Date() },
    placed: { kind: 'placed', request, lines, totalMinor },
  });
};

PlacementQueue.prototype.place = place;

await import('#dist/main.js');
