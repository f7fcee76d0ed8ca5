import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { PROBLEM_CODES } from '../src/common/problem-catalogue.js';
import { ApiDocument, type Operation, type Response } from './support/api-document.js';
import { useWorld } from './support/world.js';

const run = promisify(execFile);
const given = useWorld();
const api = ApiDocument.read();
const { document, operations } = api;
const byId = (id: string) => operations.find(({ operationId }) => operationId === id) as Operation;
const codesOf = (response: Response) => [...api.problemsOf(response).keys()];
const statusesOf = ({ responses }: Operation) => [
  ...new Set(Object.values(responses).flatMap((response) => [...api.problemsOf(response).values()])),
];

// Guarantees that a change of the API shows up in review, as a change of `openapi.json`.
describe('openapi.json', () => {
  it('is byte for byte what the service serves', async () => {
    const served = await given.anyone.get('/openapi.json');
    const committed = await readFile('openapi.json', 'utf8');
    const hint = 'The API is not what openapi.json says. If that is meant: npm run openapi, and commit it.';

    expect({ hint, api: served.body }).toEqual({ hint, api: JSON.parse(committed) as unknown });
    expect(committed).toBe(`${JSON.stringify(served.body, null, 2)}\n`);
  });

  it('passes Spectral, OWASP and Redocly, apart from the exceptions in their configuration', async () => {
    const findings = await run(process.execPath, ['scripts/lint-api.mjs']).then(
      () => 'none',
      ({ stdout, stderr }: Record<'stdout' | 'stderr', string>) => stdout + stderr,
    );
    expect(findings).toBe('none');
  }, 120_000);
});

// Guarantees that people and programs find a description of what the service really does.
describe('the API description', () => {
  it('is OpenAPI 3.1, as JSON and as YAML', async () => {
    const yaml = await given.anyone.get('/openapi.yaml');

    expect(document.openapi).toBe('3.1.0');
    expect(yaml.headers.get('content-type')).toMatch(/yaml/);
    expect(yaml.text).toMatch(/^openapi: 3\.1\.0$/m);
  });

  it('offers both ways to authorize', () => {
    expect(document.components?.securitySchemes).toMatchObject({
      bearer: { type: 'http', scheme: 'bearer' },
      password: { type: 'oauth2', flows: { password: { tokenUrl: '/login', refreshUrl: '/refresh' } } },
    });
  });

  it('gives every operation a unique id, a summary, a description, a tag and one success', () => {
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    for (const { name, operationId, summary, description, tags, responses } of operations) {
      expect({ name, operationId }).toEqual({
        name,
        operationId: expect.stringMatching(/^[a-z]+([A-Z][a-z]+)*$/),
      });
      expect({ name, summary, description }).toEqual({
        name,
        summary: expect.stringMatching(/\w/),
        description: expect.stringMatching(/\w/),
      });
      expect(tags).toHaveLength(1);
      expect(Object.keys(responses).filter((status) => status.startsWith('2'))).toHaveLength(1);
    }
  });

  it('has an example of every request body, every response and every problem with its own status', () => {
    const mediaTypes = operations.flatMap(({ requestBody, responses }) =>
      [requestBody, ...Object.values(responses)].flatMap((part) => Object.values(part?.content ?? {})),
    );
    expect(mediaTypes.length).toBeGreaterThan(80);
    expect(mediaTypes.filter((one) => !('example' in one) && !('examples' in one))).toEqual([]);
  });

  it('has no parameter examples except for ids, because Swagger UI would send them', () => {
    const parameters = operations.flatMap((operation) => operation.parameters);
    const filled = parameters.filter(({ schema = {} }) => 'example' in schema || 'default' in schema);

    expect(new Set(parameters.map(({ name }) => name))).toContain('If-Match');
    expect(new Set(filled.map(({ name }) => name))).toEqual(new Set(['id', 'limit', 'include_inactive']));
  });

  it('describes each problem of an operation once: under its own status or in the default response', () => {
    const responses = operations.flatMap((operation) => Object.values(operation.responses));
    const described = new Set(responses.flatMap(codesOf));
    const ofNoOperation = PROBLEM_CODES.filter((code) => !described.has(code));

    expect(ofNoOperation).toEqual(['not-found', 'method-not-allowed']);
    expect(Object.keys(byId('placeOrder').responses)).toEqual(['201', '404', '409', '422', 'default']);
    expect(statusesOf(byId('placeOrder')).sort()).toEqual([
      400, 401, 404, 408, 409, 413, 414, 415, 422, 429, 431, 500, 503,
    ]);
    for (const { name, responses } of operations) {
      expect({ name, default: responses.default }).toMatchObject({
        default: { description: expect.stringContaining('(/problems)') },
      });
    }
    expect(codesOf(byId('placeOrder').responses[409] as Response)).toEqual([
      'insufficient-stock',
      'product-inactive',
      'not-on-sale',
      'purchase-limit-exceeded',
      'price-changed',
    ]);
  });

  it('describes 401 exactly where credentials are checked, and 403 exactly where roles are checked', () => {
    const refuses = (status: number) =>
      operations
        .filter((operation) => statusesOf(operation).includes(status))
        .map(({ operationId }) => operationId);
    const takesToken = operations.filter(({ security }) => security.some(({ bearer }) => bearer));

    expect(new Set(refuses(401))).toEqual(
      new Set([...takesToken.map(({ operationId }) => operationId), 'login', 'refresh', 'logout']),
    );
    expect(refuses(403)).toEqual(expect.arrayContaining(['register', 'auditStock', 'confirmOrder']));
    for (const open of ['login', 'getProduct', 'getOrder']) expect(refuses(403)).not.toContain(open);
  });

  it('describes the headers that clients act on', () => {
    const headersOf = (id: string, status: number | 'default') =>
      Object.keys(byId(id).responses[status]?.headers ?? {});

    expect(headersOf('placeOrder', 201)).toEqual(
      expect.arrayContaining(['Location', 'ETag', 'Idempotency-Replayed']),
    );
    expect(headersOf('listOrders', 200)).toContain('Link');
    expect(headersOf('getProduct', 304)).toContain('ETag');
    expect(headersOf('login', 401)).toEqual(['WWW-Authenticate']);
    expect(headersOf('login', 429)).toEqual(['Retry-After']);
    expect(headersOf('placeOrder', 'default')).toEqual(
      expect.arrayContaining(['WWW-Authenticate', 'Retry-After', 'Accept']),
    );
    expect(document).toMatchObject({ 'x-headers-of-every-answer': { 'X-Request-Id': expect.anything() } });
    expect(byId('placeOrder').parameters).toMatchObject([{ name: 'Idempotency-Key', in: 'header' }]);
  });

  it('describes signing in by form, which Swagger UI uses', () => {
    expect(Object.keys(byId('login').bodies)).toEqual([
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      'application/json',
    ]);
  });

  it('is shown by Swagger UI at /docs, and everything that the page loads is served', async () => {
    const page = await given.anyone.get('/docs');
    const assets = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path as string);

    expect(page.status).toBe(200);
    expect(assets.length).toBeGreaterThan(3);
    for (const asset of assets) {
      const { pathname } = new URL(asset, `${given.service.url}/docs`);
      expect((await given.anyone.get(pathname)).status).toBe(200);
    }
  });
});
