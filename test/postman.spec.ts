import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { useWorld } from './support/world.js';

const COLLECTION = 'test/postman/mini-order-system.postman_collection.json';
const ENVIRONMENT = 'test/postman/local.postman_environment.json';
const NEWMAN = 'node_modules/newman/bin/newman.js';
const NEWMAN_TIMEOUT_MS = 25_000;

/** Far fewer than there are, so that checks may go, but not all of them unnoticed. */
const ASSERTIONS_MIN = 90;

interface Request {
  name: string;
  request: { description?: string };
  event?: { listen: string; script: { exec: string[] } }[];
}

interface Collection {
  info: { schema: string };
  item: { name: string; description?: string; item: Request[] }[];
}

interface Report {
  stats: Record<'requests' | 'assertions', { total: number; failed: number }>;
  failures: { source?: { name: string }; error: { test?: string; name: string; message: string } }[];
}

const given = useWorld();

describe('the Postman collection', () => {
  // Guarantees that the walkthrough W1 to W11 works word for word on an empty database.
  it('runs against the service without a failure', async () => {
    const { stats, failures } = await runCollection(given.service.url);

    expect(failures.map(nameOf)).toEqual([]);
    expect(stats.requests.failed).toBe(0);
    expect(stats.assertions.total).toBeGreaterThanOrEqual(ASSERTIONS_MIN);
    expect(await given.database.orderCount()).toBe(2);
    expect(await given.database.stockOf({ id: 1 })).toBe(5);
  });

  it('has a folder for each step, in the order of the walkthrough', () => {
    const steps = Array.from({ length: 11 }, (_, index) => `W${index + 1}`);

    expect(readCollection().item.map(({ name }) => name.split(' ')[0])).toEqual(steps);
  });

  it('explains and checks every request', () => {
    const requests = readCollection().item.flatMap(({ item }) => item);

    expect(requests.filter(({ request }) => !request.description)).toEqual([]);
    expect(requests.filter((request) => !testsOf(request).includes('pm.test('))).toEqual([]);
  });

  it('is in format v2.1, which Postman imports', () => {
    expect(readCollection().info.schema).toBe(
      'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    );
  });

  it.each([COLLECTION, ENVIRONMENT])('stores no token in %s', (file) => {
    expect(readFileSync(file, 'utf8')).not.toMatch(/eyJ/);
  });
});

/** Runs the collection as a person would from the command line, in a process of its own. */
async function runCollection(baseUrl: string): Promise<Report> {
  const dir = mkdtempSync(join(tmpdir(), 'newman-'));
  const reportFile = join(dir, 'report.json');
  const target = ['--environment', ENVIRONMENT, '--env-var', `baseUrl=${baseUrl}`, '--suppress-exit-code'];
  const report = ['--reporters', 'json', '--reporter-json-export', reportFile];
  // Nothing of our own environment: a proxy named there would not know the service.
  const options = { timeout: NEWMAN_TIMEOUT_MS, env: {} };
  try {
    await promisify(execFile)(process.execPath, [NEWMAN, 'run', COLLECTION, ...target, ...report], options);
    return (JSON.parse(readFileSync(reportFile, 'utf8')) as { run: Report }).run;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function readCollection(): Collection {
  return JSON.parse(readFileSync(COLLECTION, 'utf8')) as Collection;
}

function testsOf({ event = [] }: Request): string {
  return event.flatMap(({ listen, script }) => (listen === 'test' ? script.exec : [])).join('\n');
}

function nameOf({ source, error }: Report['failures'][number]): string {
  return `${source?.name ?? 'the run'}: ${error.test ?? error.name}: ${error.message}`;
}
