import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const COLLECTION = 'test/postman/mini-order-system.postman_collection.json';
export const ENVIRONMENT = 'test/postman/local.postman_environment.json';
const NEWMAN = 'node_modules/newman/bin/newman.js';
const NEWMAN_TIMEOUT_MS = 50_000;

export interface Entry {
  key: string;
  value: string;
  description?: string;
  disabled?: boolean;
}

/** A request; in a saved example it has no description and no credentials. */
export interface Sent {
  auth?: unknown;
  method: string;
  header: Entry[];
  body?: unknown;
  url: { raw: string; host: string[]; path: string[]; query?: Entry[] };
  description?: string;
}

/** A response that is shown with its request. */
export interface Example {
  name: string;
  originalRequest: Sent;
  status: string;
  code: number;
  _postman_previewlanguage: string;
  header: Entry[];
  cookie: never[];
  body: string;
}

export interface Item {
  name: string;
  event: { listen: string; script: { type: string; exec: string[] } }[];
  request: Sent;
  response: Example[];
}

export interface Folder {
  name: string;
  description: string;
  item: Item[];
}

export interface Collection {
  info: { schema: string };
  item: Folder[];
}

/** One request of a run, as newman reports it. */
export interface Execution {
  item: { id: string; name: string };
  response?: { code: number; status: string; header: Entry[]; stream: { data: number[] } };
  assertions?: { assertion: string }[];
}

export interface Run {
  stats: Record<'requests' | 'assertions', { total: number; failed: number }>;
  failures: { source?: { name: string }; error: { test?: string; name: string; message: string } }[];
  executions: Execution[];
}

export function readCollection(): Collection {
  return JSON.parse(readFileSync(COLLECTION, 'utf8')) as Collection;
}

export function requestsOf({ item }: Collection): Item[] {
  return item.flatMap((folder) => folder.item);
}

/** Runs the collection in a separate process, as a person would from the command line. */
export async function runCollection(baseUrl: string): Promise<Run> {
  const dir = mkdtempSync(join(tmpdir(), 'newman-'));
  const reportFile = join(dir, 'report.json');
  const target = ['--environment', ENVIRONMENT, '--env-var', `baseUrl=${baseUrl}`, '--suppress-exit-code'];
  const report = ['--reporters', 'json', '--reporter-json-export', reportFile];
  // Without our own environment, because a proxy named there could not reach the service.
  const options = { timeout: NEWMAN_TIMEOUT_MS, env: {} };
  try {
    await promisify(execFile)(process.execPath, [NEWMAN, 'run', COLLECTION, ...target, ...report], options);
    const { run } = JSON.parse(readFileSync(reportFile, 'utf8')) as { run: Run };
    return { ...run, executions: withoutScripted(run.executions) };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Requests sent by a script are reported under the name of its request, before it. */
function withoutScripted(executions: Execution[]): Execution[] {
  return executions.filter(({ item }, index) => item.id !== executions[index + 1]?.item.id);
}
