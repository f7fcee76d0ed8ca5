import { describe, expect, it } from '@jest/globals';
import type { ProblemBody } from './support/api-types.js';
import type { CallOptions } from './support/client.js';
import { useWorld } from './support/world.js';

const given = useWorld();

const raw = (body: string | Uint8Array, type = 'application/json'): CallOptions => ({
  body,
  headers: { 'content-type': type },
});
const json = (value: unknown): CallOptions => ({ json: value });
const lines = (items: unknown): CallOptions => json({ items });
const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

/** Method, path, request, and the status that it must get. */
type Case = readonly [name: string, method: string, path: string, options: CallOptions, status: number];

const IDS: Case[] = [
  '0', '-1', '+1', '01', '1.0', '1e3', '0x10', '%201', '1%20', '1%0a', 'abc', '1;drop', '9007199254740992',
  '99999999999999999999', '%00', '%F0%9F%92%A9', 'NaN', 'null', '1,2', '٣',
].map((id) => [`id ${id}`, 'GET', `/orders/${encodeURI(decodeURIComponent(id))}`, {}, 422] as const); // prettier-ignore

const QUERIES: Case[] = [
  'page=0', 'page=-1', 'page=1.5', 'page=1e20', 'page=abc', 'page=', 'page=1&page=2', 'page[]=1', 'page=1000000001',
  'limit=0', 'limit=101', 'limit=%00', 'status=LOST', 'status[]=PENDING', 'status=PENDING&status=CONFIRMED', 'status=',
  'customer_id=0', 'customer_id=x', 'product_id=9007199254740992', 'created_from=yesterday', 'created_to=2026-13-01T00:00:00Z',
  'created_from=2026-01-01', 'created_to=2026-01-01T24:00:00Z', 'created_from=2026-02-30T00:00:00Z', 'created_from=0000-01-01T00:00:00Z', 'toString=1', 'unknown=1', '__proto__=1', 'constructor=1', 'sort=id', 'cursor=%00',
].map((query) => [`query ${query}`, 'GET', `/orders?${query}`, {}, 422] as const); // prettier-ignore

const BODIES: Case[] = [
  ['no body', 'POST', '/orders', {}, 422],
  ['an empty JSON body', 'POST', '/orders', raw(''), 422],
  ['null', 'POST', '/orders', raw('null'), 422],
  ['a number', 'POST', '/orders', raw('1'), 422],
  ['a string', 'POST', '/orders', raw('"x"'), 422],
  ['a list', 'POST', '/orders', raw('[]'), 422],
  ['an empty object', 'POST', '/orders', json({}), 422],
  ['no lines', 'POST', '/orders', lines([]), 422],
  ['a list of lists', 'POST', '/orders', lines([[]]), 422],
  ['lines that are null', 'POST', '/orders', lines([null]), 422],
  ['lines that are text', 'POST', '/orders', lines(['1']), 422],
  ['an object for lines', 'POST', '/orders', lines({ 0: { product_id: 1, quantity: 1 } }), 422],
  ['quantity 0', 'POST', '/orders', lines([{ product_id: 1, quantity: 0 }]), 422],
  ['quantity -1', 'POST', '/orders', lines([{ product_id: 1, quantity: -1 }]), 422],
  ['quantity 1.5', 'POST', '/orders', lines([{ product_id: 1, quantity: 1.5 }]), 422],
  ['quantity as text', 'POST', '/orders', lines([{ product_id: 1, quantity: '1' }]), 422],
  ['quantity true', 'POST', '/orders', lines([{ product_id: 1, quantity: true }]), 422],
  ['quantity null', 'POST', '/orders', lines([{ product_id: 1, quantity: null }]), 422],
  ['quantity missing', 'POST', '/orders', lines([{ product_id: 1 }]), 422],
  ['quantity 1,000,001', 'POST', '/orders', lines([{ product_id: 1, quantity: 1_000_001 }]), 422],
  ['quantity 1e308', 'POST', '/orders', raw('{"items":[{"product_id":1,"quantity":1e308}]}'), 422],
  ['a sum of 1,000,001', 'POST', '/orders', lines([{ product_id: 1, quantity: 1_000_000 }, { product_id: 1, quantity: 1 }]), 422],
  ['product 2^53', 'POST', '/orders', lines([{ product_id: 2 ** 53, quantity: 1 }]), 422],
  ['product 1.5', 'POST', '/orders', lines([{ product_id: 1.5, quantity: 1 }]), 422],
  ['a price on a line', 'POST', '/orders', lines([{ product_id: 1, quantity: 1, price: 1 }]), 422],
  ['a customer of one’s choice', 'POST', '/orders', json({ items: [{ product_id: 1, quantity: 1 }], customer_id: 1 }), 422],
  ['a status of one’s choice', 'POST', '/orders', json({ items: [{ product_id: 1, quantity: 1 }], status: 'CONFIRMED' }), 422],
  ['expected_total as text', 'POST', '/orders', json({ items: [{ product_id: 1, quantity: 1 }], expected_total: '1' }), 422],
  ['5,001 lines', 'POST', '/orders', lines(Array(5001).fill({ product_id: 1, quantity: 1 })), 422],
  ['5,001 bad lines', 'POST', '/orders', lines(Array(5001).fill({})), 422],
  ['half of a JSON text', 'POST', '/orders', raw('{"items":[{"product_id":1'), 400],
  ['two JSON texts', 'POST', '/orders', raw('{}{}'), 400],
  ['a trailing comma', 'POST', '/orders', raw('{"items":[],}'), 400],
  ['NaN', 'POST', '/orders', raw('{"items":NaN}'), 400],
  ['a byte order mark only', 'POST', '/orders', raw('\ufeff'), 400],
  ['invalid UTF-8', 'POST', '/orders', raw(new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])), 400],
  ['UTF-16', 'POST', '/orders', raw(Buffer.from('{"items":[]}', 'utf16le')), 400],
  ['__proto__', 'POST', '/orders', raw('{"__proto__":{"admin":true},"items":[]}'), 400],
  ['constructor.prototype', 'POST', '/orders', raw('{"constructor":{"prototype":{"a":1}},"items":[]}'), 400],
  ['33 levels', 'POST', '/orders', raw(`{"items":${deep(33)}}`), 400],
  ['100,000 levels', 'POST', '/orders', raw(deep(100_000)), 400],
  ['257 KiB', 'POST', '/orders', raw(`{"items":"${'x'.repeat(257 * 1024)}"}`), 413],
  ['a form', 'POST', '/orders', raw('items=1', 'application/x-www-form-urlencoded'), 415],
  ['another charset', 'POST', '/orders', raw('{}', 'application/json; charset=latin1'), 415],
  ['a compressed body', 'POST', '/orders', { body: '{}', headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' } }, 415],
  ['a nonsense media type', 'POST', '/orders', raw('{}', 'json'), 415],
  ['a broken body on a route that needs none', 'PATCH', '/orders/1/cancel', raw('{'), 400],
  ['NUL in a name', 'POST', '/products', json({ name: 'a\u0000b', price: 1, stock_quantity: 1 }), 422],
  ['half a character in a name', 'POST', '/products', raw('{"name":"\\ud800","price":1,"stock_quantity":1}'), 422],
  ['a name of 101 hearts', 'POST', '/products', json({ name: '❤️'.repeat(101), price: 1, stock_quantity: 1 }), 422],
  ['a name that takes long to normalise', 'POST', '/register', json({ username: `abc${'\u0301'.repeat(60_000)}${'\u0323'.repeat(60_000)}`, password: '1234' }), 422],
  ['20,000 unknown fields', 'POST', '/orders', json(Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`k${n}`, 1]))), 400],
  ['51 unknown fields', 'POST', '/orders', json(Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`k${n}`, 1]))), 422],
  ['the name of a method', 'POST', '/orders', json({ items: [{ product_id: 1, quantity: 1 }], toRequest: 1 }), 422],
  ['the name of every object’s method', 'POST', '/orders', json({ items: [{ product_id: 1, quantity: 1, toString: 1 }] }), 400],
  ['a name of spaces', 'POST', '/products', json({ name: '   ', price: 1, stock_quantity: 1 }), 422],
  ['a name of 201 characters', 'POST', '/products', json({ name: 'x'.repeat(201), price: 1, stock_quantity: 1 }), 422],
  ['a name with a line break', 'POST', '/products', json({ name: 'a\nb', price: 1, stock_quantity: 1 }), 422],
  ['a stock of a billion and one', 'POST', '/products', json({ name: 'x', price: 1, stock_quantity: 1_000_000_001 }), 422],
  ['a negative stock', 'POST', '/products', json({ name: 'x', price: 1, stock_quantity: -1 }), 422],
  ['an id of one’s choice', 'POST', '/products', json({ id: 7, name: 'x', price: 1, stock_quantity: 1 }), 422],
  ['null for a name', 'PATCH', '/products/1', json({ name: null }), 422],
  ['"false" for is_active', 'PATCH', '/products/1', json({ is_active: 'false' }), 422],
  ['a list for a number', 'PATCH', '/products/1', json({ stock_delta: [1] }), 422],
]; // prettier-ignore

const PATHS: Case[] = [
  ['an encoded path', 'GET', '/%6frders/0', {}, 422],
  ['a path with dots', 'GET', '/products/../../etc/passwd', {}, 404],
  ['an encoded slash', 'GET', '/products%2f1', {}, 404],
  ['a double slash', 'GET', '//products', {}, 404],
  ['bad percent-encoding', 'GET', '/orders/%E0%A4%A', {}, 400],
  ['a file of the documentation’s that is none', 'GET', '/docs/../package.json', {}, 404],
  ['an unknown method', 'PURGE', '/products', {}, 405],
];

// Guarantees that no input causes a server error, and that a refused request changes nothing.
describe('bad input', () => {
  it.each([...IDS, ...QUERIES, ...BODIES, ...PATHS])(
    '%s: %s %s',
    async (_name, method, path, options, status) => {
      const { client } = await given.admin();

      const answer = await client.call<ProblemBody>(method, path, options);

      expect({ status: answer.status, body: answer.body }).toMatchObject({ status, body: { status } });
      expect(answer.headers.get('content-type')).toMatch(/problem\+json/);
      if (status === 422) expect(answer.body.errors?.length).toBeGreaterThan(0);
    },
  );

  it('leaves nothing stored', async () => {
    expect(await given.database.orderCount()).toBe(0);
    expect(await given.database.value('SELECT count(*)::integer FROM products')).toBe(0);
  });

  it('is reported with one fault per field, its place and its rule', async () => {
    const { client } = await given.admin();
    const answer = await client.post<ProblemBody>('/orders', {
      items: [{ product_id: 1, quantity: 1 }, { product_id: 'x' }, 5],
      'a/b~c': 1,
    });

    const faults = answer.body.errors?.map(({ pointer, code }) => `${pointer} ${code}`);
    expect(faults).toEqual([
      '/a~1b~0c unknown-field',
      '/items/1/product_id not-an-integer',
      '/items/1/quantity required',
      '/items/2 not-an-object',
    ]);
  });

  it('is reported with at most 100 faults', async () => {
    const { client } = await given.admin();
    const answer = await client.post<ProblemBody>('/orders', { items: Array(500).fill({}) });
    expect(answer.body.errors).toHaveLength(100);
  });
});
