import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CertificateAuthority } from './support/certificates.js';
import { until } from './support/database.js';
import { closeConnections, outcome, requests } from './support/outbound.js';
import { WebhookReceiver } from './support/webhook-receiver.js';

closeConnections();

// Guarantees that a receiver cannot redirect the service, stall it, or make it keep what it sends.
describe('the answer of a receiver', () => {
  let receiver: WebhookReceiver;
  const local = () => `http://shop.example:${receiver.port}/`;

  beforeEach(async () => {
    receiver = await WebhookReceiver.start();
  });
  afterEach(() => receiver.stop());

  it('comes from the address that was checked, even if the name has another one by then', async () => {
    receiver.answer = (response) => response.writeHead(204, { connection: 'close' }).end();
    const answers = [['127.0.0.1'], ['10.0.0.1']];
    const sender = requests(false, () => answers.shift() ?? ['10.0.0.2']);

    expect(await outcome(sender, local())).toBe(204);
    expect(await outcome(sender, local())).toBe('The address is not allowed.');
    expect(receiver.messages).toHaveLength(1);
    expect(answers).toEqual([]);
  });

  it.each([301, 302, 303, 307, 308])('is not followed if it redirects: %i', async (status) => {
    const elsewhere = await WebhookReceiver.start();
    receiver.answer = (response) => response.writeHead(status, { location: elsewhere.url }).end();

    expect(await outcome(requests(false), local())).toBe(status);
    expect(elsewhere.messages).toEqual([]);
    await elsewhere.stop();
  });

  it('is cut off if it never ends', async () => {
    const closed = new Promise((resolve) => {
      receiver.answer = (response) => {
        response.writeHead(200).once('close', () => resolve('closed'));
        const write = () => {
          while (response.write('x'.repeat(16_384)));
        };
        response.on('drain', write);
        write();
      };
    });

    expect(await outcome(requests(false), local())).toBe(200);
    expect(await closed).toBe('closed');
  });

  it.each([
    ['headers', (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\n'), 'x: y\r\n'],
    ['body', (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n'), 'x'],
    ['silence', () => undefined, ''],
    ['endless interim answers', () => undefined, 'HTTP/1.1 103 Early Hints\r\n\r\n'],
  ] as const)('must be complete within 5 s: %s', async (_, begin, more) => {
    const server = await serve((socket) => {
      begin(socket);
      const timer = setInterval(() => more && socket.write(more), 50);
      socket.once('close', () => clearInterval(timer));
    });

    expect(await outcome(requests(false), server.url)).toBe('It did not answer within 5 s.');
    await server.stop();
  });

  it.each([
    [
      'a header that is too long',
      `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
      'The headers of its answer are too long.',
    ],
    ['not HTTP', '220 mail.example ESMTP\r\n', 'It does not speak HTTP.'],
    ['nothing at all', '', 'It closed the connection too early.'],
    [
      'shorter than announced',
      'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx',
      'It closed the connection too early.',
    ],
  ])('is described by its fault, and none of its content: %s', async (_, bytes, reason) => {
    const server = await serve((socket) => socket.once('data', () => socket.end(bytes)));

    expect(await outcome(requests(false), server.url)).toBe(reason);
    await server.stop();
  });

  it('is a failure if it switches to another protocol', async () => {
    const bytes = 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n';
    const server = await serve((socket) => socket.once('data', () => socket.write(bytes)));

    expect(await outcome(requests(false), server.url)).toBe(101);
    await server.stop();
  });

  it('counts before the body is read, but does not hold the connection of a body that is never read', async () => {
    const server = await serve((socket) => {
      socket.once('data', () => socket.pause().write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'));
    });
    const sender = requests(false);

    expect(await outcome(sender, server.url, 'x'.repeat(16 * 1024 * 1024))).toBe(200);
    expect(Object.keys(sender['plain'].sockets)).toHaveLength(1);
    await until('the connection is closed', () =>
      Promise.resolve(Object.keys(sender['plain'].sockets).length === 0),
    );
    await server.stop();
  });

  it('is a refused connection where nobody listens', async () => {
    const url = local();
    await receiver.stop();
    expect(await outcome(requests(false), url)).toBe('It refused the connection.');
    receiver = await WebhookReceiver.start();
  });

  it('needs a certificate that is valid for the name', async () => {
    const authority = new CertificateAuthority();
    const secure = await WebhookReceiver.start(authority.certify('shop.example'));

    expect(await outcome(requests(false), `https://shop.example:${secure.port}/`)).toBe(
      'Its certificate is not valid.',
    );
    expect(await outcome(requests(false), local().replace('http:', 'https:'))).toBe('It does not speak TLS.');
    expect(secure.messages).toEqual([]);
    await secure.stop();
  });
});

/** A server that may break HTTP. */
async function serve(onSocket: (socket: Socket) => void): Promise<{ url: string; stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `http://shop.example:${port}/`,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
