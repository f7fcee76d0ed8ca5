import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { OrderBody, ProblemBody } from './support/api-types.js';
import { oneOf } from './support/buying.js';
import { Client } from './support/client.js';
import { until } from './support/database.js';
import { EventReader } from './support/event-reader.js';
import { lastEvent } from './support/events.js';
import { MetricsPage } from './support/metrics-page.js';
import { PASSWORD, useWorld, withWorld } from './support/world.js';

const given = useWorld({ METRICS_PORT: '0', EVENT_STREAMS_MAX: '3' });
const open: EventReader[] = [];

async function follow() {
  const reader = await EventReader.open(given.service, (await given.admin()).client);
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

// Guarantees that a stream ends with the right to read it, and that streams take a bounded share.
describe('a stream of events', () => {
  it.each(['logs out', 'is deactivated', 'is no longer an admin'])('ends when its user %s', async (what) => {
    const { client: admin } = await given.admin();
    const follower = await given.anotherAdmin();
    const { username, id } = follower;
    const { body } = await given.anyone.post<{ access_token: string; refresh_token: string }>('/login', {
      username,
      password: PASSWORD,
    });
    const reader = await EventReader.open(given.service, given.anyone.as(body.access_token));
    expect(reader.response.status).toBe(200);

    if (what === 'logs out') await given.anyone.post('/logout', { refresh_token: body.refresh_token });
    else
      await admin.patch(
        `/users/${id}`,
        what === 'is deactivated' ? { is_active: false } : { role: 'customer' },
      );

    expect(await reader.closed).toBe(true);
  });

  it('is refused with 503 beyond EVENT_STREAMS_MAX, until another one ends', async () => {
    const { client: admin } = await given.admin();
    const [first] = [await follow(), await follow(), await follow()];

    const refused = await admin.get<ProblemBody>('/events/stream');
    first.leave();
    await until('there is room', async () => (await streamsOpen()) === 2);
    const accepted = await admin.get('/events/stream');

    expect([refused.status, refused.body.code]).toEqual([503, 'service-unavailable']);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(accepted.status).toBe(200);
  });

  it('is cut off if its reader does not read, while others lose nothing; the bytes are counted', async () => {
    const order = await largeOrder();
    const stuck = await stuckReader();
    const reader = await follow();
    let written = 0;
    while ((await metrics()).sum('event_stream_bytes_cut_total') === 0) {
      await happensTo(order, 20);
      written += 20;
      await reader.has(written);
    }

    expect(await stuck.isCut()).toBe(true);
    expect((await metrics()).sum('event_stream_bytes_cut_total')).toBeGreaterThan(1024 * 1024);
    expect(reader.ids).toEqual(reader.ids.map((_, index) => (reader.ids[0] ?? 0) + index));
    expect(reader.isClosed).toBe(false);
  });

  it('misses nothing that happens while its reader is catching up', async () => {
    const { client: admin } = await given.admin();
    const order = await largeOrder();
    const start = await lastEvent(admin);
    await happensTo(order, 200);
    const late = await stuckReader(`?after=${start}`);
    await until('it has begun to catch up', () => Promise.resolve(late.socket.readableLength > 10_000));
    const live = await follow();
    await given.product();
    await live.has(1);

    const ids = await late.readsUntil(start + 201);

    expect(ids.map((id) => id - start)).toEqual(Array.from({ length: 201 }, (_, index) => index + 1));
    late.socket.destroy();
  });

  it('is not measured as a request, neither in duration nor in progress', async () => {
    const reader = await follow();
    const during = await metrics();
    reader.leave();
    await until('it is gone', async () => (await streamsOpen()) === 0);
    const page = await metrics();

    expect(during.sum('event_streams')).toBe(1);
    expect(during.sum('http_requests_in_progress')).toBe(0);
    const labels = { route: '/events/stream', status: '200' };
    expect(page.sum('http_request_duration_seconds_count', labels)).toBe(0);
    expect(page.sum('events_numbered_total')).toBeGreaterThan(0);
    expect(page.sum('events_numbering_lag_seconds_count')).toBeGreaterThan(0);
  });

  it('stays open beyond the limits for slow clients, with heartbeats that carry the position', async () => {
    await withWorld({ REQUEST_TIMEOUT_MS: '500' }, async (world) => {
      const { client } = await world.admin();
      const reader = await EventReader.open(world.service, client, { query: '?types=order.placed' });
      await world.product();

      await reader.says(': heartbeat');

      expect(reader.position).toBe(await lastEvent(client));
      expect(reader.isClosed).toBe(false);
      reader.leave();
    });
  });

  it('ends with the process: 500 streams end in time, and no request is cut off', async () => {
    const service = await given.secondService({ EVENT_STREAMS_MAX: '500' });
    const { client } = await given.admin();
    const readers = await Promise.all(Array.from({ length: 500 }, () => EventReader.open(service, client)));
    const [lamp, buyer] = [await given.product(), await given.customer()];
    const outside = await given.database.hold(lamp.id);
    const buying = given.clientOf(service, buyer).post<OrderBody>('/orders', oneOf(lamp));
    await until('the order waits', async () => (await given.database.waitingForLocks()) > 0);

    const exited = service.stop();
    const ends = await Promise.all(readers.map((reader) => reader.closed));
    await outside.release();

    expect((await buying).status).toBe(201);
    expect(await exited).toEqual({ code: 0, signal: null });
    expect(ends.filter((isWhole) => !isWhole)).toEqual([]);
  });
});

/** An order whose events are large. */
async function largeOrder(): Promise<OrderBody> {
  const products = await given.database.addProducts(500, 10);
  return given.order(await given.customer(), Object.fromEntries(products.map((id) => [id, 1])));
}

async function happensTo({ id }: OrderBody, count: number): Promise<void> {
  await given.database.rows(
    `INSERT INTO events (type, resource_ids, occurred_at)
     SELECT 'order.confirmed', ARRAY[$1::bigint], now() FROM generate_series(1, $2)`,
    [id, count],
  );
}

/** A reader that takes nothing after the headers until told to. */
async function stuckReader(query = '') {
  const { client } = await given.admin();
  const { hostname, port } = new URL(given.service.url);
  const socket = connect(Number(port), hostname);
  const head = `host: x\r\nauthorization: Bearer ${client.token}`;
  socket.write(`GET /events/stream${query} HTTP/1.1\r\n${head}\r\n\r\n`);
  await once(socket, 'readable');
  return {
    socket,
    /** Reads what is left. @returns whether the end of the answer is missing. */
    async isCut() {
      let text = '';
      socket.on('data', (chunk: Buffer) => (text = (text + chunk.toString('latin1')).slice(-10)));
      await once(socket, 'close');
      return !text.endsWith('0\r\n\r\n');
    },
    /** Reads up to an event. @returns the ids of all that came. */
    async readsUntil(last: number) {
      const ids: number[] = [];
      let rest = '';
      socket.on('data', (chunk: Buffer) => {
        const lines = (rest + chunk.toString('latin1')).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) ids.push(...(/^data: \{"id":(\d+)/.exec(line)?.slice(1).map(Number) ?? []));
      });
      await until(`event ${last} comes`, () => Promise.resolve((ids.at(-1) ?? 0) >= last));
      return ids;
    },
  };
}
