import { describe, expect, it } from '@jest/globals';
import type { ProblemBody } from './support/api-types.js';
import { useWorld } from './support/world.js';

const given = useWorld();
const open = useWorld({ CORS_ORIGINS: 'https://shop.example' });

const JSON_TYPE = { 'content-type': 'application/json' };
const withType = (type: string) => ({ 'content-type': type });
const withCoding = (coding: string) => ({ ...JSON_TYPE, 'content-encoding': coding });

async function admin() {
  return (await given.admin()).client;
}

// Guarantees that a correctly labelled body is accepted, and that a client
// who sends another media type or coding learns which ones are accepted.
describe('a body', () => {
  it.each([
    'identity', 'Identity', 'IDENTITY', ' identity ', 'identity, Identity', '', ' , ',
  ])('is accepted with the content coding "%s", which means no coding', async (coding) => {
    const { path } = await product();
    const answer = await (await admin()).call('PATCH', path, { body: '{"price":2}', headers: withCoding(coding) });
    expect(answer.status).toBe(200);
  }); // prettier-ignore

  it.each(['gzip', 'br', 'identity, gzip', 'x-identity', '*'])(
    'is refused with the content coding "%s", and the response says to use none',
    async (coding) => {
      const { path } = await product();
      const options = { body: '{"price":2}', headers: withCoding(coding) };
      const answer = await (await admin()).call<ProblemBody>('PATCH', path, options);

      expect(answer.body).toMatchObject({ status: 415, code: 'unsupported-media-type' });
      expect(answer.headers.get('accept-encoding')).toBe('identity');
      expect(answer.headers.has('accept-patch')).toBe(false);
    },
  );

  it.each([
    'us-ascii', 'US-ASCII', '"us-ascii"', '"Us-Ascii"', 'ascii', 'utf-8', 'UTF-8', '"utf-8"', 'utf8', '"UTF8" ; x=y',
  ])('is accepted as JSON with the charset %s', async (charset) => {
    const { path } = await product();
    const options = { body: '{"name":"L\\u00e4mp"}', headers: withType(`application/json; charset=${charset}`) };
    const answer = await (await admin()).call('PATCH', path, options);
    expect(answer).toMatchObject({ status: 200, body: { name: 'Lämp' } });
  }); // prettier-ignore

  it.each(['us-ascii', '"US-ASCII"', 'utf-8'])(
    'is accepted as a form with the charset %s',
    async (charset) => {
      await given.anyone.post('/register', { username: 'jürgen', password: 'pässword' });
      const multipart =
        '--b\r\ncontent-disposition: form-data; name="username"\r\n\r\njürgen\r\n' +
        '--b\r\ncontent-disposition: form-data; name="password"\r\n\r\npässword\r\n--b--\r\n';
      const forms = [
        ['application/x-www-form-urlencoded', 'username=j%C3%BCrgen&password=p%C3%A4ssword'],
        ['multipart/form-data; boundary=b', multipart],
      ] as const;

      for (const [type, body] of forms) {
        const headers = withType(`${type}; charset=${charset}`);
        expect((await given.anyone.call('POST', '/login', { body, headers })).status).toBe(200);
      }
    },
  );

  it.each(['utf-16', 'latin1', '"iso-8859-1"', 'us-ascii-x', 'utf-7'])(
    'is refused with the charset %s',
    async (charset) => {
      const options = { body: '{}', headers: withType(`application/json; charset=${charset}`) };
      expect((await (await admin()).call('POST', '/products', options)).status).toBe(415);
    },
  );

  it.each([
    ['PATCH', '/products/1', 'application/json'],
    ['POST', '/products', 'application/json'],
    ['POST', '/login', 'application/x-www-form-urlencoded, multipart/form-data, application/json'],
  ])(
    'of the wrong media type is refused with the accepted ones, by %s %s',
    async (method, path, accepted) => {
      for (const type of ['text/xml', 'json', '', 'application/merge-patch+json']) {
        const answer = await (await admin()).call(method, path, { body: '<x/>', headers: withType(type) });
        expect([answer.status, answer.headers.get('accept')]).toEqual([415, accepted]);
        expect(answer.headers.get('accept-patch')).toBe(method === 'PATCH' ? accepted : null);
        expect(answer.headers.has('accept-encoding')).toBe(false);
      }
    },
  );

  it.each(['json', 'application/', '/json', 'a b/c', '', 'application/json, text/plain'])(
    'with the media type "%s" is not examined before its sender is known',
    async (type) => {
      const send = { body: '{}', headers: withType(type) };
      const customer = (await given.customer()).client;

      expect((await given.anyone.call('POST', '/orders', send)).status).toBe(401);
      expect((await customer.call('POST', '/products', send)).status).toBe(403);
      expect((await customer.call('POST', '/orders', send)).status).toBe(415);
    },
  );
});

// Guarantees that a client can ask which methods a path supports.
describe('OPTIONS', () => {
  it.each([
    ['/products', 'GET, HEAD, POST', null],
    ['/products/1', 'GET, HEAD, PATCH', 'application/json'],
    ['/products/1?x=1', 'GET, HEAD, PATCH', 'application/json'],
    ['/orders/1/cancel', 'PATCH', 'application/json'],
    ['/health/live', 'GET, HEAD', null],
  ])('on %s lists the methods, and the media type that PATCH accepts', async (path, allow, acceptPatch) => {
    for (const { anyone } of [given, open]) {
      const answer = await anyone.call('OPTIONS', path);
      expect([answer.status, answer.text]).toEqual([204, '']);
      expect(answer.headers.get('allow')).toBe(allow);
      expect(answer.headers.get('accept-patch')).toBe(acceptPatch);
    }
  });

  it('on an unknown path is answered with 404', async () => {
    for (const { anyone } of [given, open])
      expect((await anyone.call('OPTIONS', '/nowhere')).status).toBe(404);
  });
});

async function product() {
  const { id } = await given.product();
  return { path: `/products/${id}` };
}
