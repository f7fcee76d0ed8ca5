import { describe, expect, it } from '@jest/globals';
import { useWorld } from './support/world.js';

const closed = useWorld();
const open = useWorld({ CORS_ORIGINS: 'https://shop.example, https://admin.example' });
const preflight = {
  headers: {
    origin: 'https://shop.example',
    'access-control-request-method': 'PATCH',
    'access-control-request-headers': 'authorization,content-type,idempotency-key',
  },
};

// Guarantees that pages of other origins can call the API only if the configuration allows it.
describe('CORS', () => {
  it('is closed by default', async () => {
    const asked = await closed.anyone.call('OPTIONS', '/orders/1/confirm', preflight);
    const read = await closed.anyone.get('/products', preflight);

    expect(asked.status).toBe(405);
    expect(read.headers.has('access-control-allow-origin')).toBe(false);
  });

  it('allows the named origins every method of the API', async () => {
    const asked = await open.anyone.call('OPTIONS', '/orders/1/confirm', preflight);
    const { body } = await open.anyone.get<{ paths: object }>('/openapi.json');
    const methods = Object.values(body.paths).flatMap((path: object) => Object.keys(path));

    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-origin')).toBe('https://shop.example');
    expect(asked.headers.get('access-control-allow-methods')?.toLowerCase().split(', ')).toEqual(
      expect.arrayContaining([...new Set(methods)]),
    );
    expect(asked.headers.get('access-control-allow-headers')).toBe(
      'authorization,content-type,idempotency-key',
    );
    expect(asked.headers.get('access-control-max-age')).toBe('600');
  });

  it('answers OPTIONS without an origin with the methods of the path, as without CORS', async () => {
    const headers = { 'access-control-request-method': 'PATCH' };
    const asked = await open.anyone.call('OPTIONS', '/orders/1/confirm', { headers });

    expect([asked.status, asked.headers.get('allow')]).toEqual([204, 'PATCH']);
  });

  it('answers per origin, exposes the headers that pages need, and allows no cookies', async () => {
    const { headers } = await open.anyone.get('/products', preflight);

    expect(headers.get('vary')).toMatch(/origin/i);
    expect(headers.get('access-control-expose-headers')?.split(', ')).toEqual(
      expect.arrayContaining(['ETag', 'Idempotency-Replayed', 'Link', 'Location', 'Retry-After']),
    );
    expect(headers.has('access-control-allow-credentials')).toBe(false);
  });

  it('lets the named origins read refusals, and still answers 404 to unknown routes', async () => {
    const refused = await open.anyone.get('/orders', preflight);
    const unknown = await open.anyone.get('/nowhere', preflight);

    expect([refused.status, unknown.status]).toEqual([401, 404]);
    expect(refused.headers.get('access-control-allow-origin')).toBe('https://shop.example');
  });

  it('allows no other origin', async () => {
    for (const origin of [
      'https://evil.example',
      'https://shop.example.evil.example',
      'null',
      'http://shop.example',
    ]) {
      const read = await open.anyone.get('/products', { headers: { ...preflight.headers, origin } });
      expect(read.headers.has('access-control-allow-origin')).toBe(false);
    }
  });
});
