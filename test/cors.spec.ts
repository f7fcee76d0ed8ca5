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

// Guarantees that no page of another origin may call the API, unless the configuration says so.
describe('CORS', () => {
  it('is closed by default', async () => {
    const asked = await closed.anyone.call('OPTIONS', '/orders/1/confirm', preflight);
    const read = await closed.anyone.get('/products', preflight);

    expect(asked.status).toBe(405);
    expect(read.headers.has('access-control-allow-origin')).toBe(false);
  });

  it('lets the named origins in, for PATCH too', async () => {
    const asked = await open.anyone.call('OPTIONS', '/orders/1/confirm', preflight);

    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-origin')).toBe('https://shop.example');
    expect(asked.headers.get('access-control-allow-methods')).toContain('PATCH');
  });

  it('keeps every other origin out', async () => {
    const headers = { ...preflight.headers, origin: 'https://evil.example' };
    const read = await open.anyone.get('/products', { headers });

    expect(read.headers.has('access-control-allow-origin')).toBe(false);
  });
});
