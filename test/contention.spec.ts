import { describe, expect, it } from '@jest/globals';
import type { OrderBody, ProductBody } from './support/api-types.js';
import { until } from './support/database.js';
import { refusedWith, succeeded, useWorld } from './support/world.js';

const given = useWorld();

// Guarantees that stock is never sold twice and never returned twice, however many requests race.
describe('orders under contention', () => {
  it('sells the last unit to exactly one of twenty buyers', async () => {
    const lamp = await given.product({ stock: 1 });
    const buyers = await given.customers(20);

    const answers = await Promise.all(buyers.map((buyer) => buyer.places({ [lamp.id]: 1 })));

    expect(answers.filter(succeeded)).toHaveLength(1);
    expect(answers.filter(refusedWith('insufficient-stock'))).toHaveLength(19);
    expect(await given.database.stockOf(lamp)).toBe(0);
  });

  it('makes the second buyer wait for the lock and then read the stock that the first one left', async () => {
    const lamp = await given.product({ stock: 1 });
    const buyer = await given.customer();
    const outside = await given.database.session();
    await outside.query('BEGIN');
    await outside.query('SELECT 1 FROM products WHERE id = $1 FOR UPDATE', [lamp.id]);
    const waiting = buyer.places({ [lamp.id]: 1 });
    await until('the buyer waits', async () => (await given.database.waitingForLocks()) === 1);

    await outside.query('UPDATE products SET stock_quantity = 0 WHERE id = $1', [lamp.id]);
    await outside.query(`INSERT INTO stock_adjustments (product_id, quantity) VALUES ($1, -1)`, [lamp.id]);
    await outside.query('COMMIT');
    outside.release();

    expect((await waiting).body).toMatchObject({
      code: 'insufficient-stock',
      lines: [{ product_id: lamp.id, requested: 1, available: 0 }],
    });
  });

  it('never deadlocks on orders that list the same products in opposite order', async () => {
    const [first, second] = [await given.product({ stock: 1000 }), await given.product({ stock: 1000 })];
    const buyer = await given.customer();
    const lines = [first.id, second.id].map((product_id) => ({ product_id, quantity: 1 }));
    const bodies = Array.from({ length: 80 }, (_, index) => ({
      items: index % 2 ? lines : [...lines].reverse(),
    }));
    const deadlocksBefore = await deadlocks();

    const answers = await Promise.all(bodies.map((body) => buyer.client.post('/orders', body)));

    expect(answers.filter(succeeded)).toHaveLength(80);
    expect(await deadlocks()).toBe(deadlocksBefore);
    expect(await given.database.stockOf(first)).toBe(920);
    expect(await given.database.stockOf(second)).toBe(920);
  });

  it.each(['placing', 'cancelling'])(
    'locks products in id order when %s, whatever the order of lines and rows',
    async (action) => {
      const [low, high] = [await given.product(), await given.product()];
      const buyer = await given.customer();
      const items = [high.id, low.id].map((product_id) => ({ product_id, quantity: 1 }));
      const placed = await buyer.client.post<OrderBody>('/orders', { items });
      // An update moves the row with the lower id behind the other one, so a sequential scan meets it last.
      await given.database.rows('UPDATE products SET name = name WHERE id = $1', [low.id]);
      await given.database.rows('ANALYZE products');
      const outside = await given.database.session();
      await outside.query('BEGIN');
      await outside.query('SELECT 1 FROM products WHERE id = $1 FOR UPDATE', [low.id]);
      const waiting =
        action === 'placing'
          ? buyer.client.post('/orders', { items })
          : buyer.client.patch(`/orders/${placed.body.id}/cancel`);
      await until('the buyer waits', async () => (await given.database.waitingForLocks()) === 1);

      const free = await given.database.rows('SELECT id FROM products WHERE id = $1 FOR UPDATE NOWAIT', [
        high.id,
      ]);

      expect(free).toHaveLength(1);
      await outside.query('COMMIT');
      outside.release();
      expect(succeeded(await waiting)).toBe(true);
    },
  );

  it('restocks once when an order is cancelled many times at once, 100 times over', async () => {
    const lamp = await given.product({ stock: 100 });
    const buyer = await given.customer();
    for (let round = 0; round < 100; round += 1) {
      const order = await given.order(buyer, { [lamp.id]: 3 });
      const cancels = [1, 2, 3].map(() => buyer.client.patch(`/orders/${order.id}/cancel`));
      const answers = await Promise.all(cancels);
      expect(answers.filter(succeeded)).toHaveLength(1);
      expect(answers.filter(refusedWith('invalid-transition'))).toHaveLength(2);
    }
    expect(await given.database.stockOf(lamp)).toBe(100);
  });

  it('ends every race of cancel and confirm in CANCELLED with the stock back, 100 times over', async () => {
    const lamp = await given.product({ stock: 100 });
    const [buyer, admin] = [await given.customer(), await given.admin()];
    for (let round = 0; round < 100; round += 1) {
      const order = await given.order(buyer, { [lamp.id]: 3 });
      const [cancelled, confirmed] = await Promise.all([
        buyer.client.patch<OrderBody>(`/orders/${order.id}/cancel`),
        admin.client.patch<OrderBody>(`/orders/${order.id}/confirm`),
      ]);
      // A confirmed order can be cancelled, so cancelling always succeeds; confirming only if it comes first.
      expect(cancelled.body.status).toBe('CANCELLED');
      expect(succeeded(confirmed) ? confirmed.body.status : confirmed.status).toBe(
        succeeded(confirmed) ? 'CONFIRMED' : 409,
      );
      expect((await buyer.client.get<OrderBody>(`/orders/${order.id}`)).body.status).toBe('CANCELLED');
    }
    expect(await given.database.stockOf(lamp)).toBe(100);
  });

  it('keeps the stock consistent while buying, cancelling, restocking and repricing race', async () => {
    const [lamp, desk] = [await given.product({ stock: 50 }), await given.product({ stock: 50 })];
    const [buyers, admin] = [await given.customers(4), await given.admin()];
    const storms = buyers.map(async (buyer) => {
      for (let round = 0; round < 15; round += 1) {
        const answer = await buyer.places({ [desk.id]: 1 + (round % 3), [lamp.id]: 2 });
        if (succeeded(answer) && round % 2) await buyer.client.patch(`/orders/${answer.body.id}/cancel`);
      }
    });
    const adjusting = Array.from({ length: 15 }, (_, round) =>
      admin.client.patch(`/products/${lamp.id}`, { stock_delta: round % 2 ? -3 : 5, price: 10 + round }),
    );

    const adjusted = await Promise.all(adjusting);
    await Promise.all(storms);

    expect(adjusted.every((answer) => succeeded(answer) || answer.status === 409)).toBe(true);
    expect((await admin.client.get('/audit/stock')).body).toMatchObject({ balanced: true });
  });

  it('never overwrites concurrent sales or restocks by setting a counted stock', async () => {
    const lamp = await given.product({ stock: 100 });
    const [buyers, admin] = [await given.customers(3), await given.admin()];
    const path = `/products/${lamp.id}`;
    let sold = 0;
    const selling = buyers.map(async (buyer) => {
      for (let round = 0; round < 12; round += 1) {
        if (succeeded(await buyer.places({ [lamp.id]: 1 }))) sold += 1;
      }
    });
    const added = Array.from({ length: 12 }, () => admin.client.patch(path, { stock_delta: 2 }));
    let corrected = 0;
    for (let round = 0; round < 25; round += 1) {
      const seen = await admin.client.get<ProductBody>(path);
      const headers = { 'if-match': seen.headers.get('etag') ?? '' };
      const counted = { stock_quantity: seen.body.stock_quantity + 5 };
      const answer = await admin.client.patch<ProductBody>(path, counted, { headers });
      expect([200, 412]).toContain(answer.status);
      if (answer.status === 200) corrected += 5;
    }

    await Promise.all(selling);

    expect((await Promise.all(added)).every(succeeded)).toBe(true);
    expect(corrected).toBeGreaterThan(0);
    expect(await given.database.stockOf(lamp)).toBe(100 + 2 * 12 + corrected - sold);
    expect((await admin.client.get('/audit/stock')).body).toMatchObject({ balanced: true });
  });

  it('never moves updated_at backwards, even for a write that waited for the row', async () => {
    const lamp = await given.product();
    const [{ client }, buyer] = [await given.admin(), await given.customer()];
    const { id } = await given.order(buyer, { [lamp.id]: 1 });
    const writes = [
      () => client.patch(`/products/${lamp.id}`, { price: 2 }),
      () => client.patch(`/orders/${id}/cancel`),
      () => buyer.places({ [lamp.id]: 1 }),
    ];

    for (const write of writes) {
      const outside = await given.database.session();
      await outside.query('BEGIN');
      await outside.query('SELECT 1 FROM products WHERE id = $1 FOR UPDATE', [lamp.id]);
      const written = write();
      await until('the write waits', async () => (await given.database.waitingForLocks()) === 1);
      const { rows } = await outside.query<{ updated_at: Date }>(
        'UPDATE products SET updated_at = clock_timestamp() WHERE id = $1 RETURNING updated_at',
        [lamp.id],
      );
      await outside.query('COMMIT');
      outside.release();

      expect(succeeded(await written)).toBe(true);
      const { body } = await client.get<ProductBody>(`/products/${lamp.id}`);
      expect(Date.parse(body.updated_at)).toBeGreaterThanOrEqual(rows[0]?.updated_at.getTime() ?? NaN);
    }
  });

  function deadlocks(): Promise<number> {
    return given.database.value<number>(
      'SELECT deadlocks::integer FROM pg_stat_database WHERE datname = current_database()',
    );
  }
});
