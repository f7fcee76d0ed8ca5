import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from './support/client.js';
import { until } from './support/database.js';
import { named, OtlpReceiver } from './support/otlp-receiver.js';
import { ServiceProcess } from './support/service-process.js';
import { asItems, type Person, useWorld } from './support/world.js';

const given = useWorld();
const SERVER = 2;
const CLIENT = 3;
const ERROR = 2;
const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const PARENT_ID = 'b7ad6b7169203331';

let collector: OtlpReceiver;
let service: ServiceProcess;

beforeAll(async () => {
  collector = await OtlpReceiver.start();
  service = await ServiceProcess.start({
    DATABASE_URL: given.database.url,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_SERVICE_NAME: 'shop',
  });
});

afterAll(async () => {
  await service.stop();
  collector.stop();
});

const traceparent = (traceId: string, flags = '01') => ({
  traceparent: `00-${traceId}-${PARENT_ID}-${flags}`,
});
const clientOf = (person: Person) => given.clientOf(service, person);
const oneOf = (id: number) => ({ items: asItems({ [id]: 1 }) });

/** A span begins by a clock with whole milliseconds, and ends by a finer one. */
const msOf = (unixNano: string) => Number(BigInt(unixNano) / 1_000_000n);

const traceOf = (traceId: string, ...names: string[]) => collector.trace(traceId, ...names);

// Guarantees that a request can be followed from its caller through everything that it waited for.
describe('traces', () => {
  it('show an order in its caller’s trace, linked with the group that placed it', async () => {
    const [lamp, buyer] = [await given.product(), await given.customer()];
    const answer = await clientOf(buyer).post<{ id: number }>('/orders', oneOf(lamp.id), {
      headers: traceparent(TRACE_ID),
    });
    expect(answer.status).toBe(201);

    const trace = await traceOf(TRACE_ID, 'POST /orders', 'wait in queue');
    const [request, wait] = [named(trace, 'POST /orders'), named(trace, 'wait in queue')];
    const group = await traceOf(wait.links[0]?.traceId as string, 'place group', 'COMMIT');
    const [whole, transaction] = [named(group, 'place group'), named(group, 'transaction')];

    expect(request).toMatchObject({ kind: SERVER, parentSpanId: PARENT_ID, service: 'shop' });
    expect(request.attributes).toMatchObject({
      'http.request.method': 'POST',
      'http.route': '/orders',
      'http.response.status_code': 201,
      'http.response.header.x-request-id': [answer.headers.get('x-request-id')],
      'user.id': String(buyer.id),
    });
    expect(answer.headers.get('traceresponse')).toBe(`00-${TRACE_ID}-${request.spanId}-01`);
    expect(wait.parentSpanId).toBe(request.spanId);
    expect(wait.links).toMatchObject([{ traceId: whole.traceId, spanId: whole.spanId }]);
    expect(whole.links).toMatchObject([{ traceId: TRACE_ID, spanId: request.spanId }]);
    expect(whole.attributes).toMatchObject({ 'mini_order_system.group.orders': 1 });
    expect(transaction.parentSpanId).toBe(whole.spanId);
    for (const [name, operation] of [
      ['lock products', 'SELECT'],
      ['record orders', 'INSERT'],
      ['COMMIT', 'COMMIT'],
    ] as const) {
      const span = named(group, name);
      expect(span).toMatchObject({ kind: CLIENT, parentSpanId: transaction.spanId });
      expect(span.attributes).toMatchObject({
        'db.system.name': 'postgresql',
        'db.operation.name': operation,
      });
    }
    const locked = msOf(named(group, 'lock products').endTimeUnixNano);
    expect(locked).toBeLessThanOrEqual(msOf(named(group, 'record orders').startTimeUnixNano));
  });

  it('link a group to every order in it', async () => {
    const [lamp, buyer] = [await given.product(), await given.customer()];
    const held = await given.database.hold(lamp.id);
    const ids = ['1', '2', '3'].map((digit) => digit.repeat(32));
    const orders = ids.map((id) =>
      clientOf(buyer).post('/orders', oneOf(lamp.id), { headers: traceparent(id) }),
    );
    await until('they wait', async () => (await given.database.waitingForLocks()) > 0);
    await held.release();
    expect((await Promise.all(orders)).map(({ status }) => status)).toEqual([201, 201, 201]);

    const traces = await Promise.all(ids.map((id) => traceOf(id, 'POST /orders', 'wait in queue')));
    const groups = () => collector.spans.filter(({ name }) => name === 'place group');
    for (const trace of traces) {
      const { spanId } = named(trace, 'POST /orders');
      const linkedTo = trace
        .filter(({ name }) => name === 'wait in queue')
        .map(({ links }) => links[0]?.spanId);
      await until('its group arrives', () =>
        Promise.resolve(groups().some((group) => group.links.some((link) => link.spanId === spanId))),
      );
      const linking = groups().filter((group) => group.links.some((link) => link.spanId === spanId));
      expect(linking.map((group) => group.spanId)).toEqual(linkedTo);
    }
    expect(await given.database.stockOf(lamp)).toBe(7);
  });

  it('show a change of an order with its transaction, and a refusal by a rule not as an error', async () => {
    const [lamp, buyer] = [await given.product(), await given.customer()];
    const order = await given.order(buyer, { [lamp.id]: 1 });
    const [first, second] = ['a'.repeat(32), 'b'.repeat(32)];
    const cancel = (id: string) =>
      clientOf(buyer).patch(`/orders/${order.id}/cancel`, undefined, { headers: traceparent(id) });
    expect([(await cancel(first)).status, (await cancel(second)).status]).toEqual([200, 409]);

    const done = await traceOf(first, 'PATCH /orders/:id/cancel', 'transaction', 'COMMIT');
    const refused = await traceOf(second, 'PATCH /orders/:id/cancel', 'transaction');

    expect(named(done, 'transaction').parentSpanId).toBe(named(done, 'PATCH /orders/:id/cancel').spanId);
    expect(named(refused, 'transaction').attributes).toMatchObject({ 'error.type': 'invalid-transition' });
    expect(refused.filter(({ status }) => status?.code === ERROR)).toEqual([]);
  });

  it('mark server errors, and contain no URL, body, token or name', async () => {
    const [lamp, buyer] = [await given.product({ name: 'Secret lamp' }), await given.customer()];
    const id = 'c'.repeat(32);
    await given.database.rows(
      'ALTER TABLE orders ADD CONSTRAINT ck_broken CHECK (total_minor < 0) NOT VALID',
    );
    const answer = await clientOf(buyer).post('/orders?x=in-the-query', oneOf(lamp.id), {
      headers: traceparent(id),
    });
    await given.database.rows('ALTER TABLE orders DROP CONSTRAINT ck_broken');
    const failed = named(await traceOf(id, 'POST /orders'), 'POST /orders');

    expect(answer.status).toBe(500);
    expect(failed.attributes).toMatchObject({ 'http.response.status_code': 500, 'error.type': '500' });
    expect(failed.status).toMatchObject({ code: ERROR });
    const everything = JSON.stringify(collector.spans);
    for (const secret of [buyer.client.token as string, 'in-the-query', 'Secret lamp', buyer.username]) {
      expect(everything).not.toContain(secret);
    }
  });

  it('leave out requests that the caller does not sample, and health checks', async () => {
    const [lamp, buyer] = [await given.product(), await given.customer()];
    const id = 'd'.repeat(32);
    const client = clientOf(buyer);
    const answer = await client.post('/orders', oneOf(lamp.id), { headers: traceparent(id, '00') });
    await new Client(() => service.url).get('/health/ready', { headers: traceparent('e'.repeat(32)) });
    await client.get('/me', { headers: traceparent('f'.repeat(32)) });
    await traceOf('f'.repeat(32), 'GET /me');

    expect(answer.headers.get('traceresponse')).toMatch(new RegExp(`^00-${id}-.*-00$`));
    const unwanted = (traceId: string) => [id, 'e'.repeat(32)].includes(traceId);
    expect(collector.spans.filter(({ traceId }) => unwanted(traceId))).toEqual([]);
    expect(collector.spans.filter(({ links }) => links.some((link) => unwanted(link.traceId)))).toEqual([]);
  });

  it('start anew if the caller sends no trace or a malformed one', async () => {
    const client = new Client(() => service.url);
    const [none, malformed] = [
      await client.get('/products'),
      await client.get('/products', { headers: { traceparent: '00-zz-11-01' } }),
    ];
    const ids = [none, malformed].map(({ headers }) => headers.get('traceresponse')?.split('-')[1] as string);

    expect(ids).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), expect.stringMatching(/^[0-9a-f]{32}$/)]);
    for (const id of ids)
      expect(named(await traceOf(id, 'GET /products'), 'GET /products').parentSpanId).toBeFalsy();
  });

  it('are named in the log lines', async () => {
    const id = '9'.repeat(32);
    await clientOf(await given.customer()).get('/orders/999999', { headers: traceparent(id) });
    const span = named(await traceOf(id, 'GET /orders/:id'), 'GET /orders/:id');
    await service.says(new RegExp(`"trace_id":"${id}"`));

    const line = service.output.split('\n').find((one) => one.includes(id)) as string;
    expect(JSON.parse(line)).toMatchObject({ route: '/orders/:id', trace_id: id, span_id: span.spanId });
  });

  it('are named in the log even if the client has disconnected', async () => {
    const [lamp, buyer] = [await given.product(), await given.customer()];
    const id = '8'.repeat(32);
    const held = await given.database.hold(lamp.id);
    const client = new AbortController();
    const headers = { authorization: `Bearer ${buyer.client.token}`, 'content-type': 'application/json' };
    const order = fetch(`${service.url}/orders`, {
      method: 'POST',
      signal: client.signal,
      headers: { ...headers, ...traceparent(id) },
      body: JSON.stringify(oneOf(lamp.id)),
    });
    await until('the order waits', async () => (await given.database.waitingForLocks()) > 0);

    client.abort();
    await expect(order).rejects.toThrow();
    await service.says(/"aborted":true/);
    await held.release();

    const lines = service.output.split('\n').filter((line) => line.includes('"aborted":true'));
    expect(lines.map((line) => (JSON.parse(line) as { trace_id?: string }).trace_id)).toEqual([id]);
    expect(named(await traceOf(id, 'POST /orders'), 'POST /orders').attributes).toMatchObject({
      'error.type': 'aborted',
    });
  });
});

// Guarantees that tracing costs nothing when off, and that a missing collector affects no request.
describe('without a collector', () => {
  it('requests are answered as usual, and the service stops cleanly', async () => {
    const lonely = await ServiceProcess.start({
      DATABASE_URL: given.database.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
    });
    const [lamp, buyer] = [await given.product({ stock: 100 }), await given.customer()];
    const client = given.clientOf(lonely, buyer);

    const answers = await Promise.all(
      Array.from({ length: 100 }, () => client.post('/orders', oneOf(lamp.id))),
    );
    const { code } = await lonely.stop();

    expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
    expect(code).toBe(0);
    expect(await given.database.stockOf(lamp)).toBe(0);
  });

  it('the log says once that traces are lost', async () => {
    const misled = await ServiceProcess.start({
      DATABASE_URL: given.database.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/elsewhere`,
    });
    const client = new Client(() => misled.url);
    await client.get('/products');
    await misled.says(/traces are lost/);
    await client.get('/products');
    await misled.stop();

    expect(misled.output.match(/traces are lost/g)).toHaveLength(1);
  });

  it('and without its address, neither responses nor the log name a trace', async () => {
    const { headers } = await given.anyone.get('/products', { headers: traceparent(TRACE_ID) });
    expect(headers.has('traceresponse')).toBe(false);
    expect(given.service.output).not.toContain('trace_id');
  });
});
