import { describe, expect, it } from '@jest/globals';
import type { OrderBody, ProblemBody, ProductBody } from './support/api-types.js';
import { useWorld } from './support/world.js';

const given = useWorld();

const ifMatch = (tag: string) => ({ headers: { 'if-match': tag } });
const ifNoneMatch = (tag: string) => ({ headers: { 'if-none-match': tag } });

// Guarantees that a client can tell whether what it has seen is still so, before it reads or changes it.
describe('conditional requests', () => {
  it('answer 304 without a body for as long as nothing has changed, and the new state then', async () => {
    const lamp = await given.product({ stock: 5 });
    const buyer = await given.customer();
    const path = `/products/${lamp.id}`;
    const tag = (await given.anyone.get(path)).headers.get('etag') ?? '';

    const same = [tag, `W/${tag}`, `"x", ${tag}`, '*'].map((tags) =>
      given.anyone.get(path, ifNoneMatch(tags)),
    );
    const answers = await Promise.all(same);
    await given.order(buyer, { [lamp.id]: 1 });
    const changed = await given.anyone.get<ProductBody>(path, ifNoneMatch(tag));

    expect(answers.map(({ status, text, headers }) => [status, text, headers.get('etag')])).toEqual(
      answers.map(() => [304, '', tag]),
    );
    expect(changed.status).toBe(200);
    expect(changed.body.stock_quantity).toBe(4);
    expect(changed.headers.get('etag')).not.toBe(tag);
  });

  it.each(['confirm', 'cancel'])('refuse to %s an order that is not the one seen', async (action) => {
    const lamp = await given.product({ stock: 5 });
    const [buyer, admin] = [await given.customer(), await given.admin()];
    const order = await given.order(buyer, { [lamp.id]: 1 });
    const path = `/orders/${order.id}/${action}`;
    const tag = (await admin.client.get(`/orders/${order.id}`)).headers.get('etag') ?? '';

    const refused = [];
    for (const other of ['"0"', `W/${tag}`, '"0", "2"', tag.replaceAll('"', '')]) {
      refused.push(await admin.client.patch<ProblemBody>(path, undefined, ifMatch(other)));
    }
    const untouched = await admin.client.get<OrderBody>(`/orders/${order.id}`);
    const done = await admin.client.patch<OrderBody>(path, undefined, ifMatch(`"0", ${tag}`));
    const again = await admin.client.patch<ProblemBody>(path, undefined, ifMatch(tag));

    expect(refused.map(({ body }) => body.code)).toEqual(refused.map(() => 'precondition-failed'));
    expect(untouched.body.status).toBe('PENDING');
    expect(done.status).toBe(200);
    expect(done.headers.get('etag')).not.toBe(tag);
    expect(again.status).toBe(412);
    expect(await given.database.stockOf(lamp)).toBe(action === 'cancel' ? 5 : 4);
  });

  it('refuse any change of a product that is not the one seen', async () => {
    const lamp = await given.product({ stock: 5, price: 10 });
    const { client } = await given.admin();
    const path = `/products/${lamp.id}`;
    await client.patch(path, { price: 11 });

    const stale = await client.patch<ProblemBody>(path, { price: 12, stock_delta: 1 }, ifMatch('"1"'));
    const after = await client.get<ProductBody>(path);
    const fresh = await client.patch<ProductBody>(path, { price: 12 }, ifMatch('"2"'));

    expect(stale.body).toMatchObject({ status: 412, code: 'precondition-failed' });
    expect(after.body).toMatchObject({ price: 11, stock_quantity: 5 });
    expect(fresh.body).toMatchObject({ price: 12, stock_quantity: 5 });
  });
});
