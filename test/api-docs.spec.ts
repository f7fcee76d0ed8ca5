import { describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import { useWorld } from './support/world.js';

const given = useWorld();
const document = async () => (await given.anyone.get<OpenAPIObject>('/openapi.json')).body;

async function operations() {
  const { paths } = await document();
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, Operation>).map(([method, operation]) => ({
      path,
      method,
      operation,
    })),
  );
}

interface Operation {
  operationId?: string;
  summary?: string;
  tags?: string[];
  security?: Record<string, string[]>[];
  requestBody?: { content: Record<string, { schema: { $ref: string } }> };
  responses: Record<
    string,
    { description: string; content?: Record<string, { examples?: Record<string, unknown> }> }
  >;
}

// Guarantees that people and programs find a description of what is really served.
describe('the API description', () => {
  it('is OpenAPI 3.1, as JSON and as YAML', async () => {
    const yaml = await given.anyone.get('/openapi.yaml');

    expect((await document()).openapi).toBe('3.1.0');
    expect(yaml.headers.get('content-type')).toMatch(/yaml/);
    expect(yaml.text).toMatch(/^openapi: 3\.1\.0$/m);
  });

  it('offers both ways to authorize', async () => {
    const { components } = await document();

    expect(components?.securitySchemes).toMatchObject({
      bearer: { type: 'http', scheme: 'bearer' },
      password: { type: 'oauth2', flows: { password: { tokenUrl: '/login' } } },
    });
  });

  it('gives every operation an id, a summary, a tag, a success and problems with examples', async () => {
    const ids = new Set<string>();
    for (const { path, method, operation } of await operations()) {
      expect(`${method} ${path}: ${operation.summary ?? ''}`).toMatch(/: \w+/);
      expect(operation.tags).toHaveLength(1);
      ids.add(operation.operationId ?? '');
      const statuses = Object.keys(operation.responses);
      expect(statuses.some((status) => status.startsWith('2'))).toBe(true);
      for (const status of statuses.filter((one) => one >= '400')) {
        const problem = operation.responses[status]?.content?.['application/problem+json'];
        expect(Object.keys(problem?.examples ?? {}).length).toBeGreaterThan(0);
      }
    }
    expect(ids.size).toBe((await operations()).length);
  });

  it('describes every answer once, in words, and the cursor as text or null', async () => {
    for (const { operation } of await operations()) {
      for (const { description } of Object.values(operation.responses)) {
        expect(description).toMatch(/\S/);
        expect(description).not.toContain('\n');
      }
    }
    const { components } = await document();
    const pagination = components?.schemas?.PaginationDto as {
      properties: Record<string, { type: unknown }>;
    };
    expect(pagination.properties.next_cursor?.type).toEqual(['string', 'null']);
  });

  it('says 401 for exactly the operations that need a token, or check credentials', async () => {
    for (const { operation } of await operations()) {
      const needsToken = operation.security !== undefined;
      const isCheck = ['login', 'refresh', 'logout'].includes(operation.operationId ?? '');
      expect('401' in operation.responses).toBe(needsToken || isCheck);
    }
  });

  it('lets a form sign in, as Swagger UI does', async () => {
    const login = (await operations()).find(({ operation }) => operation.operationId === 'login');

    expect(Object.keys(login?.operation.requestBody?.content ?? {})).toEqual([
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      'application/json',
    ]);
  });

  it('is shown by Swagger UI at /docs, with all that the page loads', async () => {
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
