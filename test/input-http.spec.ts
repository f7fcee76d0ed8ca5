import { describe, expect, it } from '@jest/globals';
import { Connection } from './support/connection.js';
import { useWorld } from './support/world.js';

const given = useWorld();

const END = 'connection: close\r\n\r\n';
const get = (path: string, headers = '') => `GET ${path} HTTP/1.1\r\nhost: x\r\n${headers}${END}`;
const post = (headers: string, body = '') =>
  `POST /login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${headers}${END}${body}`;
const smuggled = 'GET /problems HTTP/1.1\r\nhost: x\r\n\r\n';
const chunked = 'transfer-encoding: chunked\r\n';

/** The raw bytes to send, and all statuses that must come back; a successful attack gets one more. */
type Case = readonly [name: string, bytes: string, statuses: readonly number[]];

const REQUEST_LINES: Case[] = [
  ['no request line', '\r\n\r\n\r\n\r\n\0', [400]],
  ['not HTTP', 'hello\r\n\r\n', [400]],
  ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', [400]],
  ['HTTP/2 without being asked', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400]],
  ['HTTP/0.9', 'GET /health/live\r\n\r\n', [400]],
  ['HTTP/1.0', 'GET /health/live HTTP/1.0\r\n\r\n', [200]],
  ['HTTP/1.2', `GET /health/live HTTP/1.2\r\nhost: x\r\n${END}`, [400]],
  ['HTTP/9.9', `GET /health/live HTTP/9.9\r\nhost: x\r\n${END}`, [400]],
  ['HTTP in lower case', `GET /health/live http/1.1\r\nhost: x\r\n${END}`, [400]],
  ['a method of our own', `SELL /products HTTP/1.1\r\nhost: x\r\n${END}`, [400]],
  ['a method in lower case', `get /products HTTP/1.1\r\nhost: x\r\n${END}`, [400]],
  ['a method that a proxy would take', `CONNECT x:443 HTTP/1.1\r\nhost: x\r\n${END}`, []],
  ['TRACE', `TRACE /products HTTP/1.1\r\nhost: x\r\n${END}`, [405]],
  ['OPTIONS *', `OPTIONS * HTTP/1.1\r\nhost: x\r\n${END}`, [404]],
  ['a line feed in the path', `GET /products\nx HTTP/1.1\r\nhost: x\r\n${END}`, [400]],
  ['a NUL in the path', `GET /products\0 HTTP/1.1\r\nhost: x\r\n${END}`, [400]],
  ['a space in the path', `GET /prod ucts HTTP/1.1\r\nhost: x\r\n${END}`, [400]],
  ['bytes above ASCII in the path', `GET /products/\xc3\xa9 HTTP/1.1\r\nhost: x\r\n${END}`, [400]],
  ['a whole URL', get('http://elsewhere.example/health/live'), [200]],
  ['a path that begins with another host', get('//elsewhere.example/health/live'), [404]],
  ['a path without a slash', get('products'), [400]],
  ['dots above the root', get('/../../../../etc/passwd'), [404]],
  ['encoded dots above the root', get('/%2e%2e/%2e%2e/etc/passwd'), [404]],
  ['dots out of the documentation', get('/docs/../../package.json'), [404]],
  ['dots within the documentation', get('/docs/x/../swagger-ui.css'), [404]],
  ['a dot and a doubled slash within the documentation', get('/docs/.//swagger-ui.css'), [404]],
  ['encoded dots out of the documentation', get('/docs/..%2f..%2fpackage.json'), [404]],
  ['doubly encoded dots', get('/docs/%252e%252e/package.json'), [404]],
  ['backslashes', get('/docs/..\\..\\package.json'), [404]],
  ['a NUL in a file name', get('/docs/%00'), [404]],
  ['a semicolon', get('/orders;admin=1'), [404]],
  ['a fragment', get('/health/live#x'), [200]],
  ['an upgrade to WebSocket', get('/health/live', 'upgrade: websocket\r\nconnection: upgrade\r\n'), [200]],
  ['an upgrade to HTTP/2', get('/health/live', 'upgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n'), [200]],
];

const HEADERS: Case[] = [
  ['no host', `GET /health/live HTTP/1.1\r\n${END}`, [400]],
  ['two hosts', get('/health/live', 'host: y\r\n'), [200]],
  ['an empty host', `GET /health/live HTTP/1.1\r\nhost:\r\n${END}`, [200]],
  ['a space before the colon', get('/health/live', 'x-a : b\r\n'), [400]],
  ['a header without a name', get('/health/live', ': b\r\n'), [400]],
  ['a header without a colon', get('/health/live', 'nonsense\r\n'), [400]],
  ['a folded header', get('/health/live', 'x-a: b\r\n c\r\n'), [400]],
  ['a NUL in a header', get('/health/live', 'x-a: b\0c\r\n'), [400]],
  ['a carriage return in a header', get('/health/live', 'x-a: b\rc\r\n'), [400]],
  ['bytes above ASCII in a header', get('/health/live', 'x-a: \xff\xfe\r\n'), [200]],
  ['900 headers', get('/health/live', 'a:\r\n'.repeat(900)), [200]],
  ['the name of a prototype', get('/health/live', '__proto__: x\r\nconstructor: y\r\n'), [200]],
  ['a range of bytes', get('/health/live', 'range: bytes=0-0,1-1,2-2\r\n'), [200]],
  ['an unknown expectation', get('/health/live', 'expect: the-impossible\r\n'), [200]],
  ['another method in a header', get('/products/1', 'x-http-method-override: DELETE\r\n'), [404]],
  [
    'another URL in a header',
    get('/nowhere', 'x-original-url: /health/live\r\nx-rewrite-url: /health/live\r\n'),
    [404],
  ],
  ['a request id with a line break', get('/health/live', 'x-request-id: a\\r\\nset-cookie: b\r\n'), [200]],
  ['a token twice', get('/orders', 'authorization: Bearer a\r\nauthorization: Bearer b\r\n'), [401]],
  ['a token of 10,000 characters', get('/orders', `authorization: Bearer ${'x'.repeat(10_000)}\r\n`), [401]],
];

const FRAMING: Case[] = [
  ['two different lengths', post('content-length: 2\r\ncontent-length: 3\r\n', `{}${smuggled}`), [400]],
  ['one length twice', post('content-length: 2\r\ncontent-length: 2\r\n', `{}${smuggled}`), [400]],
  ['a list of lengths', post('content-length: 2, 2\r\n', `{}${smuggled}`), [400]],
  ['a negative length', post('content-length: -1\r\n', smuggled), [400]],
  ['a length with a sign', post('content-length: +2\r\n', `{}${smuggled}`), [400]],
  ['a hexadecimal length', post('content-length: 0x2\r\n', `{}${smuggled}`), [400]],
  ['a length that overflows', post('content-length: 18446744073709551618\r\n', `{}${smuggled}`), [400]],
  ['a length of 4 GiB', post('content-length: 4294967296\r\n', '{}'), [413]],
  ['a length with spaces', post('content-length: 2 2\r\n', `{}${smuggled}`), [400]],
  ['a length and chunks', post(`content-length: 4\r\n${chunked}`, `0\r\n\r\n${smuggled}`), [400]],
  ['chunks and a length', post(`${chunked}content-length: 4\r\n`, `0\r\n\r\n${smuggled}`), [400]],
  ['chunks twice', post(`${chunked}${chunked}`, `0\r\n\r\n${smuggled}`), [400]],
  ['chunks that are not last', post('transfer-encoding: chunked, identity\r\n', `0\r\n\r\n${smuggled}`), [400]],
  ['chunks with a tab', post('transfer-encoding:\tchunked\r\n', '2\r\n{}\r\n0\r\n\r\n'), [422]],
  ['chunks misspelt', post('transfer-encoding: xchunked\r\n', `0\r\n\r\n${smuggled}`), [400]],
  ['chunks with a space before the colon', post('transfer-encoding : chunked\r\n', `0\r\n\r\n${smuggled}`), [400]],
  ['a chunk of no size', post(chunked, `\r\n\r\n${smuggled}`), [400]],
  ['a chunk of a negative size', post(chunked, `-1\r\n{}\r\n0\r\n\r\n`), [400]],
  ['a chunk whose size overflows', post(chunked, `ffffffffffffffff0\r\n{}\r\n0\r\n\r\n`), [400]],
  ['a chunk with a bare line feed', post(chunked, `2\n{}\n0\n\n${smuggled}`), [400]],
  ['a chunk shorter than it says', post(chunked, `9\r\n{}\r\n0\r\n\r\n${smuggled}`), [400]],
  ['a chunk longer than it says', post(chunked, `1\r\n{}\r\n0\r\n\r\n${smuggled}`), [400]],
  ['chunks with extensions', post(chunked, '2;a=b\r\n{}\r\n0\r\n\r\n'), [422]],
  ['chunks with 20 KB of extensions', post(chunked, `2;${'a'.repeat(20_000)}\r\n{}\r\n0\r\n\r\n`), [400]],
  ['chunks with trailers', post(chunked, '2\r\n{}\r\n0\r\nauthorization: Bearer x\r\n\r\n'), [422]],
  ['a body on GET', `GET /health/live HTTP/1.1\r\nhost: x\r\ncontent-length: ${smuggled.length}\r\n${END}${smuggled}`, [200]],
  ['a body of a byte more', post('content-length: 2\r\n', '{}x'), [422]],
]; // prettier-ignore

// Guarantees that no bytes on a connection cause a failure, a hang or a hidden second request.
describe('raw bytes on a connection', () => {
  it.each([...REQUEST_LINES, ...HEADERS, ...FRAMING])(
    '%s',
    async (_name, bytes, statuses) => {
      const connection = await Connection.open(given.service, Buffer.from(bytes, 'latin1'));
      await connection.closed;

      expect(connection.statuses).toEqual(statuses);
      for (const status of statuses.filter((one) => one >= 400)) {
        expect(connection.received).toMatch(/content-type: application\/problem\+json/);
        expect(connection.problems).toMatchObject([{ status }]);
      }
    },
    5_000,
  );

  it('get one answer each, in order, if they are 50 pipelined requests', async () => {
    const pipeline = 'GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(49) + get('/nowhere');
    const connection = await Connection.open(given.service, pipeline);
    await connection.closed;
    expect(connection.statuses).toEqual([...Array<number>(49).fill(200), 404]);
  });

  it.each([
    ['after an order', 1, '\0\0garbage\r\n\r\n'],
    ['after three orders', 3, '\0\0garbage\r\n\r\n'],
    ['in the body of a request after an order', 1, post(chunked, 'nonsense\r\n')],
    ['in the body of a request after three orders', 3, post(chunked, 'nonsense\r\n')],
  ])('do not suppress the answer to an order if garbage comes %s', async (_where, count, garbage) => {
    const [lamp, { client }] = [await given.product({ stock: 5 }), await given.customer()];
    const body = JSON.stringify({ items: [{ product_id: lamp.id, quantity: 1 }] });
    const order =
      `POST /orders HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${client.token}\r\n` +
      `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;

    const connection = await Connection.open(given.service, order.repeat(count) + garbage);
    await connection.closed;

    expect(connection.statuses).toEqual(Array(count).fill(201));
    expect(await given.database.stockOf(lamp)).toBe(5 - count);
  });

  it('are dropped if they end in the middle of a request', async () => {
    const connection = await Connection.open(
      given.service,
      'POST /login HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{',
    );
    connection.socket.end();
    await connection.closed;
    expect(connection.statuses.every((status) => status === 400)).toBe(true);
  });
});
