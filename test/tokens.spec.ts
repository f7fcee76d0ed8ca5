import { request } from 'node:http';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import { claimsOf, encode, forge, type Forgery, keyId, now } from './support/forge.js';
import { type Person, useWorld } from './support/world.js';

const given = useWorld();
const { anyone } = given;
const OTHER_SECRET = 'another secret of the tests, and as long as the first';

let admin: Person;
let stranger: Person;
/** The claims of a live session. */
let own: { sub: string; sid: string };
let routes: { method: string; path: string; isOptional: boolean }[];

beforeAll(async () => {
  admin = await given.admin();
  stranger = await given.customer();
  const { sub, sid } = claimsOf(admin.client.token);
  own = { sub, sid };
  routes = await guardedRoutes();
});

/** Every route of the API description that reads tokens. */
async function guardedRoutes(): Promise<typeof routes> {
  const { body } = await anyone.get<OpenAPIObject>('/openapi.json');
  return Object.entries(body.paths).flatMap(([path, operations]) =>
    Object.entries(operations as Record<string, { security: object[] }>)
      .filter(([, { security }]) => security.length > 0)
      .map(([method, { security }]) => ({
        method: method.toUpperCase(),
        path: path.replace('{id}', '1'),
        isOptional: security.some((scheme) => Object.keys(scheme).length === 0),
      })),
  );
}

/** A valid token of the admin's session, with the given changes. */
const token = ({ claims, ...rest }: Forgery = {}) => forge({ ...rest, claims: { ...own, ...claims } });
const withHeader = (header: Record<string, unknown>, rest: Forgery = {}) => token({ ...rest, header });
const withClaims = (claims: Record<string, unknown>) => token({ claims });
const withText = (change: (text: string) => string) => {
  const claims = { ...own, iat: now(), exp: now() + 60, aud: 'mini-order-system', iss: 'mini-order-system' };
  return token({ claimsText: change(JSON.stringify(claims)) });
};
/** A valid token with one of its three parts changed. */
const withPart = (index: number, change: (part: string) => string) => {
  const parts = token().split('.');
  parts[index] = change(parts[index] as string);
  return parts.join('.');
};
const flip = (part: string) => (part.startsWith('A') ? 'B' : 'A') + part.slice(1);

/** Tokens that an attacker would send after the word Bearer. */
const FORGERIES: Record<string, () => string> = {
  'no algorithm and no signature': () => withHeader({ alg: 'none' }).replace(/[^.]*$/, ''),
  'no algorithm and a signature': () => withHeader({ alg: 'none' }),
  'no algorithm in other case': () => withHeader({ alg: 'nOnE' }).replace(/[^.]*$/, ''),
  'an empty algorithm': () => withHeader({ alg: '' }),
  'no algorithm member': () => withHeader({ alg: undefined }),
  HS512: () => withHeader({ alg: 'HS512' }, { hash: 'sha512' }),
  HS384: () => withHeader({ alg: 'HS384' }, { hash: 'sha384' }),
  'HS512 under the name of HS256': () => token({ hash: 'sha512' }),
  'RS256 with our secret as if it were a public key': () => withHeader({ alg: 'RS256' }),
  ES256: () => withHeader({ alg: 'ES256' }),
  'another key': () => token({ secret: OTHER_SECRET }),
  'another key under its own id': () => withHeader({ kid: keyId(OTHER_SECRET) }, { secret: OTHER_SECRET }),
  'an empty key': () => token({ secret: '' }),
  'an unknown key id': () => withHeader({ kid: 'unknown' }),
  'no key id': () => withHeader({ kid: undefined }),
  'a path for a key id': () => withHeader({ kid: '../../../dev/null' }, { secret: '' }),
  'a key of its own': () =>
    withHeader({ jwk: { kty: 'oct', k: encode(OTHER_SECRET) } }, { secret: OTHER_SECRET }),
  'an extension that it calls critical': () => withHeader({ crit: ['exp'] }),
  'the type of any JWT': () => withHeader({ typ: 'JWT' }),
  'no type': () => withHeader({ typ: undefined }),
  'the header of another token': () => withPart(0, () => encode('{"alg":"HS256","typ":"JWT"}')),
  'another user under the same signature': () =>
    withPart(1, (part) =>
      encode(
        Buffer.from(part, 'base64url')
          .toString()
          .replace(/"sub":"\d+"/, '"sub":"2"'),
      ),
    ),
  'a changed signature': () => withPart(2, flip),
  'half a signature': () => withPart(2, (part) => part.slice(0, 20)),
  'no signature': () => withPart(2, () => ''),
  'a padded signature': () => withPart(2, (part) => `${part}=`),
  'a signature in other base64': () => withPart(2, (part) => part.slice(0, -1) + nextInAlphabet(part.at(-1))),
  'spaces in its claims': () => withText((text) => text.replace('{', '{ ')),
  'the user twice': () => withText((text) => text.replace('{', '{"sub":"2",')),
  'the end twice': () => withText((text) => text.replace('{', '{"exp":1,')),
  'claims that are no JSON': () => withText((text) => text.slice(1)),
  'a list for claims': () => withText((text) => `[${text}]`),
  'null for claims': () => withText(() => 'null'),
  'another issuer': () => withClaims({ iss: 'somebody' }),
  'no issuer': () => withClaims({ iss: undefined }),
  'another audience': () => withClaims({ aud: 'somebody' }),
  'no audience': () => withClaims({ aud: undefined }),
  'an end in the past': () => withClaims({ exp: now() - 31 }),
  'no end': () => withClaims({ exp: undefined }),
  'a text for an end': () => withClaims({ exp: '9999999999' }),
  'an end between two seconds': () => withClaims({ exp: now() + 60.5 }),
  'an issue in the future': () => withClaims({ iat: now() + 60 }),
  'no issue': () => withClaims({ iat: undefined }),
  'a beginning in the future': () => withClaims({ nbf: now() + 60 }),
  'no user': () => withClaims({ sub: undefined }),
  'a number for a user': () => withClaims({ sub: 1 }),
  'an object for a user': () => withClaims({ sub: { id: 1 } }),
  'a list for a user': () => withClaims({ sub: ['1'] }),
  'a negative user': () => withClaims({ sub: '-1' }),
  'user zero': () => withClaims({ sub: '0' }),
  'a fraction of a user': () => withClaims({ sub: '1.0' }),
  'a user with a leading zero': () => withClaims({ sub: '01' }),
  'a user as an exponent': () => withClaims({ sub: '1e0' }),
  'a user beyond ids': () => withClaims({ sub: '9007199254740992' }),
  'a user who never was': () => withClaims({ sub: '9007199254740991' }),
  'no session': () => withClaims({ sid: undefined }),
  'an object for a session': () => withClaims({ sid: { id: own.sid } }),
  'a session that never was': () => withClaims({ sid: '00000000-0000-4000-8000-000000000000' }),
  "somebody else's session": () => withClaims({ sid: claimsOf(stranger.client.token).sid }),
  'a fourth part': () => `${token()}.x`,
  'two parts': () => token().replace(/\.[^.]*$/, ''),
  'no form at all': () => 'not-a-token',
  'thousands of dots': () => '.'.repeat(8_000),
};

/** The last character of a signature has two unused bits. */
function nextInAlphabet(character = 'A'): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return alphabet[alphabet.indexOf(character) ^ 1] as string;
}

/** Other forms of the header; `%` stands for a valid token. */
const HEADERS = [
  '',
  'Bearer',
  'Bearer ',
  'bearer garbage',
  '%',
  'Basic %',
  'Token %',
  'Bearer%',
  'Bearer: %',
  'Bearer "%"',
  'Bearer % %',
  'Bearer %, Bearer %',
  'Bearer Bearer Bearer %',
];

// Guarantees that every route accepts only our own, unexpired
// tokens of live sessions.
describe('access tokens', () => {
  it('are accepted if they are valid, with the scheme in any case', async () => {
    const answers = await Promise.all(
      ['Bearer', 'bearer', 'BEARER', 'Bearer Bearer'].map((scheme) =>
        anyone.get('/me', { headers: { authorization: `${scheme} ${token()}` } }),
      ),
    );

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });

  it('are read by at least 14 routes', () => {
    expect(routes.length).toBeGreaterThanOrEqual(14);
  });

  it.each(Object.keys(FORGERIES))('are refused by every route with %s', async (name) => {
    const forged = anyone.as((FORGERIES[name] as () => string)());
    // A valid token that the service has just cached must not make the bad one pass.
    expect((await anyone.as(token()).get('/me')).status).toBe(200);

    for (const { method, path } of routes) {
      const answer = await forged.call(method, path);

      expect([method, path, answer.status]).toEqual([method, path, 401]);
      expect(answer.body).toMatchObject({ code: 'unauthenticated' });
      expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    }
  });

  it.each(HEADERS)('are refused by every route in a header like "%s"', async (template) => {
    const authorization = template.replaceAll('%', token());

    for (const { method, path } of routes) {
      const answer = await anyone.call(method, path, { headers: { authorization } });
      expect([method, path, answer.status]).toEqual([method, path, 401]);
    }
  });

  it('are refused by every route in two headers, whichever is valid', async () => {
    for (const { method, path } of routes) {
      expect(await statusWith(method, path, [token(), 'x'])).toBe(401);
      expect(await statusWith(method, path, ['x', token()])).toBe(401);
      expect(await statusWith(method, path, [token(), token()])).toBe(401);
    }
  });

  it('are not read from the query, a cookie or another header', async () => {
    for (const { method, path } of routes.filter(({ isOptional }) => !isOptional)) {
      const answers = [
        await anyone.call(method, `${path}?access_token=${token()}&token=${token()}`),
        await anyone.call(method, path, { headers: { cookie: `access_token=${token()}; token=${token()}` } }),
        await anyone.call(method, path, {
          headers: { 'x-access-token': token(), 'proxy-authorization': token() },
        }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
    }
  });

  /** Sends two Authorization headers, which `fetch` would join. */
  function statusWith(method: string, path: string, tokens: string[]): Promise<number> {
    const headers = tokens.flatMap((one) => ['authorization', `Bearer ${one}`]).concat('host', 'localhost');
    return new Promise((resolve, reject) => {
      const call = request(given.service.url + path, { method, headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      });
      call.on('error', reject).end();
    });
  }
});
