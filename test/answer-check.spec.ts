import { describe, expect, it } from '@jest/globals';
import { AnswerCheck } from './support/answer-check.js';

const PROBLEM_JSON = 'application/problem+json';

// Guarantees that the check which compares every response with the API description can fail.
describe('the check of responses', () => {
  const check = new AnswerCheck();
  const body = {
    id: 1,
    sku: null,
    name: 'Lamp',
    price: 10,
    stock_quantity: 10,
    is_active: true,
    max_per_customer: null,
    sale_starts_at: null,
    sale_ends_at: '2026-02-28T12:00:00.000Z',
    created_at: '2026-01-31T12:00:00.000Z',
    updated_at: '2026-01-31T12:00:00.000Z',
  };
  const headers = { 'content-type': 'application/json; charset=utf-8', 'x-request-id': 'a', etag: '"1"' };
  const problem = {
    type: '/problems/product-not-found',
    title: 'No such product',
    status: 404,
    detail: 'There is no product with id 1.',
    code: 'product-not-found',
    request_id: 'a',
    product_ids: [1],
  };
  const problemHeaders = { 'content-type': PROBLEM_JSON, 'x-request-id': 'a' };
  const busy = {
    ...without('product_ids', problem),
    type: '/problems/service-unavailable',
    code: 'service-unavailable',
    status: 503,
  };
  const busyHeaders = { ...problemHeaders, 'retry-after': '1' };
  const [withoutTag, withoutPrice, withoutIds] = [
    without('etag', headers),
    without('price', body),
    without('product_ids', problem),
  ];
  const faults = (status: number, sent: Record<string, string>, content: unknown, path = '/products/1') =>
    check.faults('GET', path, {
      status,
      headers: new Headers(sent),
      text: content === '' ? '' : JSON.stringify(content),
    });

  it('finds no fault in a response that matches its description', () => {
    expect(faults(200, headers, body)).toEqual([]);
    expect(faults(304, { 'x-request-id': 'a', etag: '"1"' }, '')).toEqual([]);
    expect(faults(404, problemHeaders, problem)).toEqual([]);
    expect(faults(503, busyHeaders, busy)).toEqual([]);
  });

  it.each([
    ['has an undescribed status', 418, headers, body, /the status is not described/],
    ['lacks a member', 200, headers, withoutPrice, /must have required property 'price'/],
    [
      'has an extra member',
      200,
      headers,
      { ...body, password_hash: 'x' },
      /must NOT have additional properties/,
    ],
    ['has a member of another type', 200, headers, { ...body, price: '10' }, /price must be number/],
    ['has a member out of its limits', 200, headers, { ...body, id: 0 }, /id must be >= 1/],
    ['lacks a header', 200, withoutTag, body, /the header ETag is missing/],
    ['has a header in another form', 200, { ...headers, etag: '1' }, body, /the header ETag breaks/],
    ['has a header more', 200, { ...headers, 'x-powered-by': 'x' }, body, /x-powered-by is not described/],
    [
      'has another media type',
      200,
      { ...headers, 'content-type': 'text/plain' },
      body,
      /"text\/plain" is not/,
    ],
    ['has a body where there is none', 304, { 'x-request-id': 'a', etag: '"1"' }, body, /it has a body/],
    [
      'is a problem of another operation',
      404,
      problemHeaders,
      { ...problem, code: 'order-not-found', type: '/problems/order-not-found' },
      /breaks/,
    ],
    ['is a problem without its facts', 404, problemHeaders, withoutIds, /required property 'product_ids'/],
    ['is a problem with the facts of another', 404, problemHeaders, { ...problem, lines: [] }, /additional/],
    ['says another status in its body', 503, busyHeaders, { ...busy, status: 500 }, /another status/],
    ['is another problem than the default answer has', 503, busyHeaders, { ...busy, code: 'busy' }, /breaks/],
    ['has a status that no problem of the default answer has', 413, problemHeaders, busy, /not described/],
    ['lacks a header of its status', 503, problemHeaders, busy, /the header Retry-After is missing/],
    [
      'has a header of another status',
      503,
      { ...busyHeaders, 'www-authenticate': 'Bearer' },
      busy,
      /the header www-authenticate is not described/,
    ],
    [
      'lacks a header that every response has',
      503,
      without('x-request-id', busyHeaders),
      busy,
      /X-Request-Id is missing/,
    ],
  ] as const)('finds a response that %s', (_name, status, sent, content, fault) => {
    expect(faults(status, sent, content)).toEqual([expect.stringMatching(fault)]);
  });

  it('accepts only problems of the catalogue where there is no operation', () => {
    const nowhere = { ...withoutIds, type: '/problems/not-found', code: 'not-found' };

    expect(faults(404, problemHeaders, nowhere, '/nowhere')).toEqual([]);
    expect(faults(200, headers, body, '/nowhere')).not.toEqual([]);
    expect(faults(404, problemHeaders, { ...nowhere, code: 'lost' }, '/nowhere')).not.toEqual([]);
    expect(faults(404, problemHeaders, { ...nowhere, status: 400 }, '/nowhere')).not.toEqual([]);
  });
});

function without<T extends object>(name: string, value: T) {
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== name)) as Record<string, never>;
}
