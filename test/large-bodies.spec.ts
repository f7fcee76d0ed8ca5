import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { ApiDocument } from './support/api-document.js';
import { Connection } from './support/connection.js';
import { until } from './support/database.js';
import { readAnswers } from './support/raw-answers.js';
import { useWorld } from './support/world.js';

const given = useWorld();
const limited = useWorld({ RATE_LIMIT_PER_MINUTE: '1' });
/** A service that allows one incomplete body at a time. */
const crowded = useWorld({ MAX_CONNECTIONS: '20' });
const impatient = useWorld({ REQUEST_TIMEOUT_MS: '1000' });

const SIZE = 5 * 1024 * 1024;
const TIMES = 5;
const LENGTH = `content-length: ${SIZE}\r\n`;
const CHUNKED = 'transfer-encoding: chunked\r\n';
const END = 'connection: close\r\n\r\n';
const flat = Buffer.alloc(SIZE, 'x');
const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(0x10000, 'x'), Buffer.from('\r\n')]);
const chunks = Buffer.concat([...Array<Buffer>(SIZE / 0x10000).fill(chunk), Buffer.from('0\r\n\r\n')]);
const line = (method: string, path: string) => `${method} ${path} HTTP/1.1\r\nhost: x\r\n`;
const JSON_TYPE = 'content-type: application/json\r\n';
const NO_TOKEN = 'authorization: Bearer x\r\n';

const ROUTES = ApiDocument.read().operations.map(({ method, path }) => [method, path.replace('{id}', '1')]);

/** What is sent before the body, the body, and the status that it must get. */
const REFUSALS: [name: string, head: string, body: Buffer, status: number][] = [
  ['without a token', line('POST', '/orders') + NO_TOKEN + JSON_TYPE + LENGTH + END, flat, 413],
  ['to an unknown path', line('POST', '/nowhere') + LENGTH + END, flat, 413],
  ['to an unknown path, by GET', line('GET', '/nowhere') + CHUNKED + END, chunks, 404],
  ['by a wrong method', line('DELETE', '/orders') + LENGTH + END, flat, 413],
  ['with OPTIONS', line('OPTIONS', '/orders') + LENGTH + END, flat, 204],
  ['of a wrong media type', line('POST', '/orders') + 'content-type: text/xml\r\n' + LENGTH + END, flat, 413],
  ['of a form', line('POST', '/login') + 'content-type: multipart/form-data; boundary=b\r\n' + LENGTH + END, flat, 413],
  ['that nobody has waited to send', line('POST', '/orders') + 'expect: 100-continue\r\n' + LENGTH + END, flat, 413],
  ['of HTTP/1.0', 'POST /orders HTTP/1.0\r\n' + LENGTH + '\r\n', flat, 413],
  ['without a host', 'POST /orders HTTP/1.1\r\n' + LENGTH + END, flat, 400],
  ['behind a URL that is too long', line('POST', '/'.padEnd(9_000, 'x')) + LENGTH + END, flat, 414],
  ['behind a URL that cannot be read', line('POST', '/products/%zz') + LENGTH + END, flat, 400],
  ['behind a version of HTTP that there is not', 'POST /orders HTTP/9.9\r\nhost: x\r\n' + LENGTH + END, flat, 400],
  ['behind a chunk without a size', line('POST', '/login') + CHUNKED + END + 'zz\r\n', flat, 400],
  ['in a header', line('POST', '/orders') + 'x-long: ', flat, 431],
]; // prettier-ignore

// Guarantees that a client who sends far too much gets its refusal,
// even if it reads nothing before it has sent everything.
describe('the answer to a body of 5 MiB', () => {
  it.each(ROUTES)('reaches the client of %s %s', async (method, path) => {
    for (const [framing, body] of [
      [LENGTH, flat],
      [CHUNKED, chunks],
    ] as const) {
      // prettier-ignore
      const head = line(method, path) + JSON_TYPE + framing + END;
      const { fault, statuses } = await sendAllThenRead(given.service, head, body);
      expect({ fault, answers: statuses.length }).toEqual({ fault: undefined, answers: 1 });
      if (method !== 'GET') expect(statuses).toEqual([413]);
    }
  });

  it.each(REFUSALS)('%s reaches the client every time', async (_name, head, body, status) => {
    for (let n = 0; n < TIMES; n += 1) {
      const { fault, statuses } = await sendAllThenRead(given.service, head, body);
      expect({ fault, statuses }).toEqual({ fault: undefined, statuses: [status] });
    }
  });

  it('reaches a client over its request limit every time', async () => {
    await limited.anyone.get('/products');
    for (let n = 0; n < TIMES; n += 1) {
      const head = line('POST', '/orders') + JSON_TYPE + LENGTH + END;
      const { fault, statuses } = await sendAllThenRead(limited.service, head, flat);
      expect({ fault, statuses }).toEqual({ fault: undefined, statuses: [429] });
    }
  });

  it('leaves a kept-alive connection usable for the next request', async () => {
    const refused = line('POST', '/'.padEnd(9_000, 'x')) + LENGTH + '\r\n';
    const next = Buffer.from(line('GET', '/health/live') + END);
    const { fault, statuses } = await sendAllThenRead(given.service, refused, Buffer.concat([flat, next]));
    expect({ fault, statuses }).toEqual({ fault: undefined, statuses: [414, 200] });
  });

  it('comes at once, without 100 Continue, if the client asks before it sends', async () => {
    const ask = (length: number) =>
      Connection.open(
        given.service,
        `${line('POST', '/login')}${JSON_TYPE}expect: 100-continue\r\ncontent-length: ${length}\r\n${END}`,
      );
    const [tooLarge, small] = [await ask(SIZE), await ask(2)];
    const both = [tooLarge, small];
    await until('both know', () => Promise.resolve(both.every(({ statuses }) => statuses.length > 0)));
    tooLarge.socket.destroy();
    small.socket.write('{}');
    await small.closed;

    expect([tooLarge.statuses, small.statuses]).toEqual([[413], [100, 422]]);
  });
});

// Guarantees that reading after a refusal is bounded, and that a refused request has no effect.
describe('a client that has been refused', () => {
  it('is disconnected if it sends more than 32 MiB', async () => {
    const endless = Buffer.alloc(64 * 1024 * 1024, 'x');
    const head = `${line('POST', '/orders')}${JSON_TYPE}content-length: ${endless.length}\r\n\r\n`;
    const { fault } = await sendAllThenRead(given.service, head, endless);
    expect(fault).toMatch(/EPIPE|ECONNRESET/);
  });

  it('is disconnected without another answer if it keeps sending too slowly', async () => {
    const connection = await Connection.open(
      impatient.service,
      `${line('POST', '/'.padEnd(9_000, 'x'))}${LENGTH}\r\n`,
    );
    const dripping = setInterval(() => connection.socket.write('x'), 20);
    await connection.closed;
    clearInterval(dripping);
    expect(connection.statuses).toEqual([414]);
  });

  it('gets no order placed by completing the body after a 408', async () => {
    const [lamp, buyer] = [await crowded.product({ stock: 5 }), await crowded.customer()];
    const body = JSON.stringify({ items: [{ product_id: lamp.id, quantity: 1 }] });
    const head =
      `${line('POST', '/orders')}authorization: Bearer ` +
      `${buyer.client.token}\r\n${JSON_TYPE}content-length: ${body.length}\r\n\r\n`;
    const open = () => halfOpen(crowded.service, head + body.slice(0, 5));
    const two = [await open(), await open()];
    const refused = await Promise.race(two.map((one) => one.ended.then(() => one)));
    refused.socket.write(body.slice(5));
    await crowded.order(buyer, { [lamp.id]: 1 });
    for (const { socket } of two) socket.destroy();

    expect(refused.statuses()).toEqual([408]);
    expect(await crowded.database.stockOf(lamp)).toBe(4);
  });
});

async function sendAllThenRead(service: { readonly url: string }, head: string, body: Buffer) {
  const { hostname, port } = new URL(service.url);
  const socket = connect(Number(port), hostname).pause();
  const outcome = { fault: undefined as string | undefined, received: '' };
  socket.on('error', ({ code }: NodeJS.ErrnoException) => (outcome.fault = code));
  socket.on('data', (bytes: Buffer) => (outcome.received += bytes.toString()));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(head);
  socket.write(body, () => socket.resume());
  await closed;
  return { fault: outcome.fault, statuses: readAnswers(outcome.received).map(({ status }) => status) };
}

/** A connection that can still send after the service has ended its side. */
async function halfOpen({ url }: { readonly url: string }, bytes: string) {
  const { hostname, port } = new URL(url);
  const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
  let received = '';
  socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
  socket.on('error', () => undefined);
  const ended = once(socket, 'end');
  socket.write(bytes);
  await once(socket, 'connect');
  return { socket, ended, statuses: () => readAnswers(received).map(({ status }) => status) };
}
