import { describe, expect, it } from '@jest/globals';
import type { HistoryBody, OrderBody, ProblemBody } from './support/api-types.js';
import { type Person, succeeded, useWorld } from './support/world.js';

const given = useWorld();

const historyOf = (reader: Person, { id }: { id: number }) =>
  reader.client.get<HistoryBody & ProblemBody>(`/orders/${id}/history`);

async function freshOrder() {
  const lamp = await given.product();
  const [buyer, admin] = [await given.customer(), await given.admin()];
  return { lamp, buyer, admin, order: await given.order(buyer, { [lamp.id]: 1 }) };
}

// Guarantees that an order's history shows everything that happened, with who, when and why.
describe('GET /orders/{id}/history', () => {
  it('shows who placed, confirmed and cancelled the order, when, and the given reason', async () => {
    const { buyer, admin, order } = await freshOrder();
    const confirmed = await admin.client.patch<OrderBody>(`/orders/${order.id}/confirm`);
    const cancelled = await buyer.client.patch<OrderBody>(`/orders/${order.id}/cancel`, {
      reason: '  Ordered “by mistake” 💡 ',
    });

    const owners = await historyOf(buyer, order);
    const admins = await historyOf(admin, order);

    expect([confirmed.status, cancelled.status, owners.status]).toEqual([200, 200, 200]);
    expect(owners.body).toEqual({
      order_id: order.id,
      events: [
        { event: 'PLACED', occurred_at: order.created_at, user_id: buyer.id, reason: null },
        { event: 'CONFIRMED', occurred_at: confirmed.body.updated_at, user_id: admin.id, reason: null },
        {
          event: 'CANCELLED',
          occurred_at: cancelled.body.updated_at,
          user_id: buyer.id,
          reason: 'Ordered “by mistake” 💡',
        },
      ],
    });
    expect(admins.body).toEqual(owners.body);
    const times = owners.body.events.map(({ occurred_at }) => occurred_at);
    expect(times).toEqual([...times].sort());
  });

  it('shows only what happened: nothing but PLACED at first, and no reason if none was given', async () => {
    const { buyer, admin, order } = await freshOrder();

    const fresh = await historyOf(buyer, order);
    await admin.client.patch(`/orders/${order.id}/cancel`);
    const cancelled = await historyOf(buyer, order);

    expect(fresh.body.events.map(({ event }) => event)).toEqual(['PLACED']);
    expect(cancelled.body.events.map(({ event }) => event)).toEqual(['PLACED', 'CANCELLED']);
    expect(cancelled.body.events[1]).toMatchObject({ user_id: admin.id, reason: null });
  });

  it('keeps the first cancellation and its reason if others follow, even at the same time', async () => {
    const { buyer, admin, order } = await freshOrder();
    const reasons = ['one', 'two', 'three'];

    const answers = await Promise.all(
      reasons.map((reason) => buyer.client.patch<OrderBody>(`/orders/${order.id}/cancel`, { reason })),
    );
    const late = await admin.client.patch(`/orders/${order.id}/cancel`, { reason: 'late' });

    const winner = answers.findIndex(succeeded);
    const { body } = await historyOf(buyer, order);
    expect(answers.filter(succeeded)).toHaveLength(1);
    expect(late.status).toBe(409);
    expect(body.events[1]).toMatchObject({ event: 'CANCELLED', user_id: buyer.id, reason: reasons[winner] });
  });

  it('is visible to the owner and to admins; others get the same 404 as for a missing order', async () => {
    const { order } = await freshOrder();
    const stranger = await given.customer();
    const normalised = (body: ProblemBody, id: number) => ({
      ...body,
      request_id: '',
      detail: body.detail.replace(`${id}`, 'N'),
    });

    const others = await historyOf(stranger, order);
    const missing = await historyOf(stranger, { id: 2_000_000_000 });

    expect(others.status).toBe(404);
    expect(normalised(others.body, order.id)).toEqual(normalised(missing.body, 2_000_000_000));
    expect((await given.anyone.get(`/orders/${order.id}/history`)).status).toBe(401);
  });

  it('has the version of its order as its ETag', async () => {
    const { buyer, admin, order } = await freshOrder();
    const first = await historyOf(buyer, order);
    const seen = { headers: { 'if-none-match': first.headers.get('etag') ?? '' } };

    const same = await buyer.client.get(`/orders/${order.id}/history`, seen);
    await admin.client.patch(`/orders/${order.id}/confirm`);
    const changed = await buyer.client.get(`/orders/${order.id}/history`, seen);

    expect([first.headers.get('etag'), same.status, changed.status]).toEqual(['"1"', 304, 200]);
  });
});

// Guarantees that a reason is one readable line, and that it stays optional.
describe('the reason of a cancellation', () => {
  const jsonType = { 'content-type': 'application/json' };

  it.each([
    ['no body at all', {}, null],
    ['an empty JSON body', { body: '', headers: jsonType }, null],
    ['an empty object', { json: {} }, null],
    ['one character', { json: { reason: 'x' } }, 'x'],
    ['200 characters', { json: { reason: '💡'.repeat(200) } }, '💡'.repeat(200)],
  ])('is accepted as %s', async (_, options, reason) => {
    const { buyer, order } = await freshOrder();

    const answer = await buyer.client.call('PATCH', `/orders/${order.id}/cancel`, options);

    expect(answer.status).toBe(200);
    expect((await historyOf(buyer, order)).body.events[1]).toMatchObject({ event: 'CANCELLED', reason });
  });

  it.each([
    ['an empty text', { json: { reason: '' } }, 422],
    ['spaces', { json: { reason: '   ' } }, 422],
    ['201 characters', { json: { reason: 'x'.repeat(201) } }, 422],
    ['two lines', { json: { reason: 'a\nb' } }, 422],
    ['half a surrogate pair', { body: '{"reason":"\\ud800"}', headers: jsonType }, 422],
    ['null', { json: { reason: null } }, 422],
    ['a number', { json: { reason: 1 } }, 422],
    ['an unknown field', { json: { reason: 'x', status: 'CANCELLED' } }, 422],
    ['a list instead of an object', { json: [] }, 422],
    ['null instead of an object', { body: 'null', headers: jsonType }, 422],
    ['another media type', { body: 'reason=x', headers: { 'content-type': 'text/plain' } }, 415],
  ])('is refused, and nothing is cancelled, if it is %s', async (_, options, status) => {
    const { lamp, buyer, order } = await freshOrder();

    const answer = await buyer.client.call('PATCH', `/orders/${order.id}/cancel`, options);

    expect(answer.status).toBe(status);
    expect((await historyOf(buyer, order)).body.events).toHaveLength(1);
    expect(await given.database.stockOf(lamp)).toBe(9);
  });
});
