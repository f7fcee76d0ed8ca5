import { describe, expect, it } from '@jest/globals';
import type { OrderBody } from './support/api-types.js';
import { useWorld } from './support/world.js';

const given = useWorld();

// Guarantees that the JSON which TypeScript writes for a new order is the JSON which PostgreSQL writes later.
describe('the JSON of an order', () => {
  it('is the same, byte for byte, when it is placed, replayed, read and listed', async () => {
    const odd = await given.product({ name: 'Lämp "x" \\ 💡', stock: 9, price: 99_999_999.99 });
    const lamp = await given.product({ stock: 9, price: 0.07 });
    const buyer = await given.customer();

    const placed = await buyer.places({ [lamp.id]: 3, [odd.id]: 2 }, { 'idempotency-key': 'bytes' });
    const replayed = await buyer.places({ [lamp.id]: 3, [odd.id]: 2 }, { 'idempotency-key': 'bytes' });
    const read = await buyer.client.get(`/orders/${(placed.body as OrderBody).id}`);
    const listed = await buyer.client.get('/orders');

    expect(placed.text).toContain('"total_amount":200000000.19');
    expect(read.text).toBe(placed.text);
    expect(replayed.text).toBe(placed.text);
    expect(listed.text).toContain(`{"data":[${placed.text}],"pagination":`);
  });
});
