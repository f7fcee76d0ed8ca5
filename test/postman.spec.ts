import validator from '@har-sdk/validator';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import { readFileSync, writeFileSync } from 'node:fs';
import {
  COLLECTION,
  type Collection,
  ENVIRONMENT,
  readCollection,
  requestsOf,
  type Run,
  runCollection,
} from './support/postman.js';
import { completed, uncoveredOperations } from './support/postman-document.js';
import { withExamples } from './support/postman-examples.js';
import { isRecording } from './support/recording.js';
import { useWorld, withWorld } from './support/world.js';

const given = useWorld();
let document: OpenAPIObject;
let run: Run;

beforeAll(async () => {
  document = (await given.anyone.get<OpenAPIObject>('/openapi.json')).body;
  if (isRecording) write(completed(readCollection(), document));
  run = await runCollection(given.service.url);
  if (isRecording && run.failures.length === 0) write(withExamples(readCollection(), run.executions));
});

describe('the Postman collection', () => {
  // Guarantees that the walkthrough (W1 to W11) works word for word on an empty database.
  it('runs against the service without a failure', async () => {
    expect(run.failures.map(nameOf)).toEqual([]);
    expect(run.stats.requests.failed).toBe(0);
    expect(await given.database.orderCount()).toBe(3);
    expect(await given.database.stockOf({ id: 1 })).toBe(5);
    expect(await given.database.stockOf({ id: 2 })).toBe(16);
  });

  it('runs without a failure while webhooks are on, too', async () => {
    await withWorld({ WEBHOOKS: 'on' }, async (world) => {
      const { failures, executions } = await runCollection(world.service.url);
      const added = executions.find(({ item }) => item.name === 'Add a webhook endpoint');

      expect(failures.map(nameOf)).toEqual([]);
      expect(added?.response?.code).toBe(201);
    });
  });

  it('has a folder for each step of the walkthrough in order, and one for everything else', () => {
    const steps = Array.from({ length: 11 }, (_, index) => `W${index + 1}`);

    expect(readCollection().item.map(({ name }) => name.split(' ')[0])).toEqual([...steps, 'Beyond']);
  });

  it('uses every operation of the API description', () => {
    expect(uncoveredOperations(readCollection(), document)).toEqual([]);
  });

  it('explains every request and checks every answer', () => {
    const requests = requestsOf(readCollection());

    expect(requests.filter(({ request }) => !request.description).map(({ name }) => name)).toEqual([]);
    expect(run.executions.map(({ item }) => item.name)).toEqual(requests.map(({ name }) => name));
    const unchecked = run.executions.filter(({ assertions = [] }) => assertions.length === 0);
    expect(unchecked.map(({ item }) => item.name)).toEqual([]);
  });

  // Guarantees that `npm run postman` has been run since the last change of the API.
  it('offers the parameters of the API description', () => {
    expect(readCollection()).toEqual(completed(readCollection(), document));
  });

  it('shows the service’s response with each request', () => {
    expect(readCollection()).toEqual(withExamples(readCollection(), run.executions));
  });

  it('is valid by the schema of format v2.1, which Postman imports', async () => {
    const collection = readCollection();

    expect(collection.info.schema).toMatch(/\/v2\.1\.0\//);
    expect(await new validator.PostmanValidator().verify(collection as never)).toEqual([]);
  });

  it.each([COLLECTION, ENVIRONMENT])('stores no token in %s', (file) => {
    const tokens = run.executions.flatMap(({ response }) =>
      [...textOf(response).matchAll(/"(?:access|refresh)_token":"([^"]+)"/g)].map(
        ([, token]) => token as string,
      ),
    );
    const text = readFileSync(file, 'utf8');

    expect(tokens.length).toBeGreaterThan(5);
    expect(text).not.toMatch(/eyJ/);
    expect(tokens.filter((token) => text.includes(token))).toEqual([]);
  });
});

function write(collection: Collection): void {
  writeFileSync(COLLECTION, `${JSON.stringify(collection, undefined, 2)}\n`);
}

function textOf(response: Run['executions'][number]['response']): string {
  return Buffer.from(response?.stream.data ?? []).toString();
}

function nameOf({ source, error }: Run['failures'][number]): string {
  return `${source?.name ?? 'the run'}: ${error.test ?? error.name}: ${error.message}`;
}
