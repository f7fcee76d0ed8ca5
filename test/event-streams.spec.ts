import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { EventSource } from 'eventsource';
import type { OrderBody, ProblemBody } from './support/api-types.js';
import { oneOf } from './support/buying.js';
import { Client } from './support/client.js';
import { until } from './support/database.js';
import { EventReader } from './support/event-reader.js';
import { eventsAfter, lastEvent } from './support/events.js';
import { MetricsPage } from './support/metrics-page.js';
import { useWorld } from './support/world.js';

const run = promisify(execFile);
const given = useWorld({ METRICS_PORT: '0', EVENT_STREAMS_MAX: '3' });
const open: EventReader[] = [];

async function follow(options: { query?: string; lastEventId?: number } = {}, service = given.service) {
  const reader = await EventReader.open(service, (await given.admin()).client, options);
  open.push(reader);
  return reader;
}

async function metrics(): Promise<MetricsPage> {
  return new MetricsPage((await Client.ofOperations(() => given.service.operationsUrl).get('/metrics')).text);
}

const streamsOpen = async () => (await metrics()).sum('event_streams');

afterEach(async () => {
  for (const reader of open.splice(0)) reader.leave();
  await until('no stream is open', async () => (await streamsOpen()) === 0);
});

// Guarantees that a reader of the stream gets every event once, in order, wherever it resumes.
describe('GET /events/stream', () => {
  it('sends each new event as the list shows it, unbuffered', async () => {
    const buyer = await given.customer();
    const lamp = await given.product();
    const reader = await follow();
    const order = await given.order(buyer, { [lamp.id]: 1 });
    await buyer.client.patch(`/orders/${order.id}/cancel`);

    const events = await reader.has(2);

    const { client: admin } = await given.admin();
    expect(events.map(({ type, data }) => [type, data.id])).toEqual([
      ['order.placed', order.id],
      ['order.cancelled', order.id],
    ]);
    expect(await eventsAfter(admin, (events[0]?.id ?? 0) - 1)).toEqual(events);
    expect(reader.text).toMatch(/^retry: \d+\nid: \d+\n\nid: \d+\nevent: order\.placed\ndata: \{/);
    expect(Object.fromEntries(reader.response.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
  });

  it('starts after `after` or Last-Event-ID, which takes precedence, and filters by type', async () => {
    const { client: admin } = await given.admin();
    const lamp = await given.product();
    const start = await lastEvent(admin);
    for (const price of [1, 2, 3]) await admin.patch(`/products/${lamp.id}`, { price, stock_delta: 1 });

    const whole = await (await follow({ query: `?after=${start}` })).has(6);
    const resumed = await (await follow({ query: '?after=0', lastEventId: start + 4 })).has(2);
    const typed = await (await follow({ query: `?after=${start}&types=stock.adjusted` })).has(3);

    const ids = (events: typeof whole) => events.map(({ id }) => id - start);
    expect([ids(whole), ids(resumed), ids(typed)]).toEqual([
      [1, 2, 3, 4, 5, 6],
      [5, 6],
      [2, 4, 6],
    ]);
  });

  it.each(['-1', '1.5', 'none', '9007199254740992'])('refuses the Last-Event-ID %s', async (id) => {
    const { client: admin } = await given.admin();

    const { status, body } = await admin.get<ProblemBody>('/events/stream', {
      headers: { 'last-event-id': id },
    });

    expect([status, body.errors?.[0]?.location]).toEqual([422, 'header']);
  });

  it('has no gap or repeat for a reader that is disconnected often and resumes on another process', async () => {
    const { client: admin } = await given.admin();
    const [lamp, buyer] = [await given.product({ stock: 100_000 }), await given.customer()];
    const other = await given.secondService();
    const start = await lastEvent(admin);
    const placed: OrderBody[] = [];
    let isOver = false;
    const buy = async (client: Client) => {
      while (!isOver) placed.push((await client.post<OrderBody>('/orders', oneOf(lamp))).body);
    };
    const buying = [given.service, other, other].map((service) => buy(given.clientOf(service, buyer)));

    // Readers that have caught up, so that whoever resumes joins a tail that is running.
    const steady = await Promise.all(
      [given.service, other].map((service) => follow({ lastEventId: start }, service)),
    );
    const ids: number[] = [];
    for (let round = 0; round < 30; round += 1) {
      const reader = await follow(
        { lastEventId: ids.at(-1) ?? start },
        round % 2 === 0 ? other : given.service,
      );
      await reader.has(1 + ((round * 7) % 20));
      reader.leave();
      await reader.closed;
      ids.push(...reader.ids);
    }
    isOver = true;
    await Promise.all(buying);
    const last = await follow({ lastEventId: ids.at(-1) ?? start });
    const all = [...ids, ...(await last.has(placed.length - ids.length)).map(({ id }) => id)];
    for (const reader of steady) await reader.has(placed.length);
    await other.stop();

    for (const reader of steady) expect(reader.ids).toEqual(all);
    expect(all).toEqual(placed.map((_, index) => start + index + 1));
  });

  it('works with curl, and with the npm package eventsource, which resumes by itself', async () => {
    const { client: admin } = await given.admin();
    const lamp = await given.product();
    const start = await lastEvent(admin);
    const service = await given.secondService();
    const port = new URL(service.url).port;
    const got: number[] = [];
    const source = new EventSource(`${service.url}/events/stream?after=${start}`, {
      fetch: (input, init) =>
        fetch(input, { ...init, headers: { ...init.headers, authorization: `Bearer ${admin.token}` } }),
    });
    source.addEventListener('product.updated', ({ lastEventId }) => got.push(Number(lastEventId)));
    await admin.patch(`/products/${lamp.id}`, { price: 1 });
    await until('the first comes', () => Promise.resolve(got.length === 1));

    await service.stop();
    await admin.patch(`/products/${lamp.id}`, { price: 2 });
    const again = await given.secondService({ PORT: port });
    await until('the second comes', () => Promise.resolve(got.length === 2));
    source.close();
    await again.stop();
    const curl = await run('curl', [
      '-sN', '--max-time', '1', '-H', `authorization: Bearer ${admin.token}`,
      `${given.service.url}/events/stream?after=${start}`,
    ]).catch(({ stdout }: { stdout: string }) => ({ stdout })); // prettier-ignore

    expect(got).toEqual([start + 1, start + 2]);
    expect([...curl.stdout.matchAll(/^event: product\.updated$/gm)]).toHaveLength(2);
  });
});
