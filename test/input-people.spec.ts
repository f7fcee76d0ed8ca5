import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ProblemBody } from './support/api-types.js';
import type { CallOptions } from './support/client.js';
import { type Person, useWorld } from './support/world.js';

const given = useWorld();

const json = (value: unknown): CallOptions => ({ json: value });
const raw = (body: string, type: string): CallOptions => ({ body, headers: { 'content-type': type } });
const form = (body: string) => raw(body, 'application/x-www-form-urlencoded');
const part = (name: string, value: string) =>
  `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const multipart = (body: string) => raw(body, 'multipart/form-data; boundary=b');
const header = (name: string, value: string): CallOptions => ({ headers: { [name]: value } });
const named = (username: unknown, more: object = {}) => json({ username, password: '1234', ...more });

/** The request, and the status that it must get. */
type Case = readonly [name: string, options: CallOptions, status: number];

const REGISTRATIONS: Case[] = [
  ['a name of two characters', named('ab'), 422],
  ['a name of 65 characters', named('x'.repeat(65)), 422],
  ['a name of 65 that are one when normalised', named('ﷺ'.repeat(64)), 422],
  ['a name of spaces', named('      '), 422],
  ['a name with a line break', named('a\nb\nc'), 422],
  ['a name with a NUL', named('abc\u0000'), 422],
  ['a name with half a character', raw('{"username":"abc\\udfff","password":"1234"}', 'application/json'), 422],
  ['a name that is a number', named(12345), 422],
  ['a name that is a list', named(['admin']), 422],
  ['a name that is an object', named({ $ne: null }), 422],
  ['a name that is null', named(null), 422],
  ['no name', json({ password: '1234' }), 422],
  ['a password of three characters', named('shorty', { password: '123' }), 422],
  ['a password of 129 characters', named('longish', { password: 'x'.repeat(129) }), 422],
  ['a password of 200,000 characters', named('longest', { password: 'x'.repeat(200_000) }), 422],
  ['a password with a NUL', named('nulled', { password: '1234\u0000' }), 422],
  ['a password that is a number', named('number', { password: 12345678 }), 422],
  ['a role that does not exist', named('roleless', { role: 'root' }), 422],
  ['a role in another case', named('shouting', { role: 'ADMIN' }), 422],
  ['a role that is null', named('nullrole', { role: null }), 422],
  ['two roles', named('tworoles', { role: ['customer', 'admin'] }), 422],
  ['an id of one’s choice', named('chooser', { id: 1 }), 422],
  ['a hash instead of a password', named('hasher', { passwordHash: '$argon2id$v=19$m=8,t=1,p=1$x$x' }), 422],
  ['a column of the table', named('column', { is_active: true }), 422],
  ['a form', form('username=former&password=1234'), 415],
  ['XML', raw('<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><x>&y;</x>', 'application/xml'), 415],
  ['JSON with a comment', raw('{/**/"username":"abc","password":"1234"}', 'application/json'), 400],
  ['single quotes', raw("{'username':'abc'}", 'application/json'), 400],
  ['a billion laughs', raw('['.repeat(10_000), 'application/json'), 400],
  ['hexadecimal numbers', raw('{"username":0xff}', 'application/json'), 400],
  ['a lone minus', raw('-', 'application/json'), 400],
  ['the getter of a prototype', raw('{"username":"abc","password":"1234","__defineGetter__":1}', 'application/json'), 400],
  ['__proto__ inside', raw('{"username":{"__proto__":{"role":"admin"}},"password":"1234"}', 'application/json'), 400],
  ['an escaped __proto__', raw('{"\\u005f_proto__":{"role":"admin"},"username":"abc","password":"1234"}', 'application/json'), 400],
  ['a type with a boundary', raw('{}', 'application/json; boundary=x'), 422],
  ['a JSON of another kind', raw('{}', 'application/vnd.api+json'), 415],
  ['two types', raw('{}', 'application/json, text/plain'), 415],
]; // prettier-ignore

const LOGINS: Case[] = [
  ['no such user', form('username=nobody&password=1234'), 401],
  ['SQL in the name', form(`username=${encodeURIComponent("x' OR '1'='1")}&password=1234`), 401],
  ['an empty form', form(''), 422],
  ['a form without a password', form('username=nobody'), 422],
  ['two names', form('username=a&username=b&password=1234'), 422],
  ['a name with brackets', form('username[$ne]=x&password[$ne]=x'), 422],
  ['a NUL in the name', form('username=a%00b&password=1234'), 422],
  ['bad percent-encoding', form('username=%zz&password=%'), 401],
  ['invalid UTF-8', form('username=%ff%fe&password=1234'), 401],
  ['an unknown field', form('username=nobody&password=1234&role=admin'), 401],
  ['a prototype', form('username=nobody&password=1234&__proto__=x&constructor=y'), 401],
  ['a long field', form(`username=${'x'.repeat(5_000)}&password=1234`), 400],
  ['a long name', form(`${'x'.repeat(5_000)}=1`), 400],
  ['1,000 fields', form('a=1&'.repeat(1_000)), 400],
  ['a multipart form', multipart(`${part('username', 'nobody')}${part('password', '1234')}--b--\r\n`), 401],
  ['a multipart form without an end', multipart(part('username', 'nobody')), 400],
  ['a multipart form without parts', multipart('--b--\r\n'), 422],
  ['a multipart form that is none', multipart('username=nobody'), 400],
  ['no boundary', raw(part('username', 'x'), 'multipart/form-data'), 400],
  ['a file', multipart('--b\r\ncontent-disposition: form-data; name="username"; filename="x"\r\n\r\nx\r\n--b--\r\n'), 400],
  ['100 parts', multipart(`${part('a', '1').repeat(100)}--b--\r\n`), 400],
  ['another charset', raw('username=x', 'application/x-www-form-urlencoded; charset=utf-16'), 415],
]; // prettier-ignore

const ORDER_HEADERS: Case[] = [
  ['an empty Idempotency-Key', header('idempotency-key', ''), 422],
  ['an Idempotency-Key of 256 characters', header('idempotency-key', 'x'.repeat(256)), 422],
  ['an Idempotency-Key with a space', header('idempotency-key', 'a b'), 422],
  ['an Idempotency-Key above ASCII', header('idempotency-key', 'é'), 422],
  ['an Idempotency-Key of quotes only', header('idempotency-key', '""'), 422],
  ['a compressed body', header('content-encoding', 'br'), 415],
  ['two encodings', header('content-encoding', 'gzip, identity'), 415],
];

const TOKENS: Case[] = [
  ['no scheme', header('authorization', 'x.y.z'), 401],
  ['another scheme', header('authorization', 'Basic YTpi'), 401],
  ['an empty token', header('authorization', 'Bearer '), 401],
  ['dots only', header('authorization', 'Bearer ..'), 401],
  ['a JSON text', header('authorization', 'Bearer {"sub":"1"}'), 401],
  ['three prefixes', header('authorization', 'Bearer Bearer Bearer x'), 401],
  ['a token in the query', {}, 401],
];

// Guarantees that no bad login, registration or token is accepted, breaks the service or takes long.
describe('bad credentials and headers', () => {
  let customer: Person;
  beforeAll(async () => {
    customer = await given.customer();
  });

  const refuse = async (method: string, path: string, options: CallOptions, status: number) => {
    const answer = await given.anyone.call<ProblemBody>(method, path, options);
    expect({ status: answer.status, body: answer.body }).toMatchObject({ status, body: { status } });
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  };

  it.each(REGISTRATIONS)(
    'are refused by POST /register with %s',
    (_name, options, status) => refuse('POST', '/register', options, status),
    5_000,
  );
  it.each(LOGINS)(
    'are refused by POST /login with %s',
    (_name, options, status) => refuse('POST', '/login', options, status),
    5_000,
  );
  it.each(TOKENS)(
    'are refused by GET /me with %s',
    (_name, options, status) => refuse('GET', `/me?access_token=${customer.client.token}`, options, status),
    5_000,
  );

  it.each(ORDER_HEADERS)(
    'are refused by POST /orders with %s',
    (_name, { headers }, status) => {
      const own = { authorization: `Bearer ${customer.client.token}`, 'content-type': 'application/json' };
      const body = '{"items":[{"product_id":1,"quantity":1}]}';
      return refuse('POST', '/orders', { body, headers: { ...own, ...headers } }, status);
    },
    5_000,
  );

  it('have created no user', async () => {
    expect(await given.database.value('SELECT count(*)::integer FROM users')).toBe(1);
  });
});
