import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chromiumPath, useBrowser } from './support/browser.js';
import type { Client } from './support/client.js';
import { until } from './support/database.js';
import { lastEvent } from './support/events.js';
import { itNeeding } from './support/needing.js';
import type { ServiceProcess } from './support/service-process.js';
import { useWorld, withWorld } from './support/world.js';

const given = useWorld();
const browser = useBrowser();
const run = promisify(execFile);
const PAGE = readFileSync('docs/events.md', 'utf8');
const MODULES = resolve('node_modules');
const TIMEOUT_MS = 60_000;

let folder: string;
let admin: Client;

beforeAll(async () => {
  await given.anyone.post('/register', { username: 'admin1', password: '1234', role: 'admin' });
  admin = await given.signIn('admin1', '1234');
  folder = mkdtempSync(join(tmpdir(), 'consumers-'));
  symlinkSync(MODULES, join(folder, 'node_modules'), 'junction');
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The page's program in this language, for this service. */
function program(language: string, { url }: ServiceProcess): string {
  const code = new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'm').exec(PAGE)?.[1] ?? '';
  return code.replace('http://localhost:8000', url);
}

/** A running consumer and its output. */
class Consumer {
  output = '';
  private readonly child: ChildProcess;

  constructor(command: string, file: string) {
    this.child = spawn(command, [file], { cwd: folder });
    const collect = (chunk: Buffer) => (this.output += chunk.toString());
    this.child.stdout?.on('data', collect);
    this.child.stderr?.on('data', collect);
  }

  get ids(): number[] {
    return [...this.output.matchAll(/^(\d+) [a-z.]+ \d+$/gm)].map(([, id]) => Number(id));
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await once(this.child, 'close');
  }
}

/** Events happen while the consumer runs, while it is dead, and while the service is down. */
async function survivesRestarts(start: (service: ServiceProcess) => Consumer): Promise<void> {
  rmSync(join(folder, 'position.txt'), { force: true });
  let service = await given.secondService();
  const port = new URL(service.url).port;
  const last = () => lastEvent(admin);
  const product = { name: 'Lamp', price: 1, stock_quantity: 1 };
  await admin.post('/products', product);

  const first = start(service);
  const before = await last();
  await until('it has caught up', () => Promise.resolve(first.ids.at(-1) === before));
  await service.stop();
  await admin.post('/products', product);
  service = await given.secondService({ PORT: port });
  const between = await last();
  await until('it has resumed', () => Promise.resolve(first.ids.at(-1) === between));
  await first.kill();
  await admin.post('/products', product);
  const second = start(service);
  const after = await last();
  await until('another one goes on', () => Promise.resolve(second.ids.at(-1) === after));
  await second.kill();
  await service.stop();

  // The event that it was processing when killed comes again.
  const ids = [...new Set([...first.ids, ...second.ids])];
  expect(ids).toEqual(ids.map((_, index) => index + 1));
}

// Guarantees that the programs on the page about events miss nothing.
describe('the consumer in', () => {
  itNeeding('Python and requests', spawnSync('python3', ['-c', 'import requests']).status === 0)(
    'Python resumes where it was, whichever side restarts',
    async () => {
      await survivesRestarts((service) => {
        writeFileSync(join(folder, 'consumer.py'), program('python', service));
        return new Consumer('python3', 'consumer.py');
      });
    },
    TIMEOUT_MS,
  );

  it(
    'TypeScript compiles against the API description and resumes where it was, whichever side restarts',
    async () => {
      const generator = join(MODULES, 'openapi-typescript/bin/cli.js');
      const out = ['--default-non-nullable=false', '-o', 'mini-order-system.d.ts'];
      await run(process.execPath, [generator, `${given.service.url}/openapi.json`, ...out], { cwd: folder });

      const complaints: string[] = [];
      for (const service of [given.service]) {
        writeFileSync(join(folder, 'consumer.ts'), program('ts', service));
        complaints.push(await compile());
      }
      const compiled = readFileSync(join(folder, 'consumer.js'), 'utf8');
      await survivesRestarts((service) => {
        writeFileSync(join(folder, 'consumer.js'), compiled.replace(given.service.url, service.url));
        return new Consumer(process.execPath, 'consumer.js');
      });

      expect(complaints).toEqual(['']);
    },
    TIMEOUT_MS,
  );
});

async function compile(): Promise<string> {
  const options = ['--strict', '--noUncheckedIndexedAccess', '--skipLibCheck', '--module', 'nodenext'];
  const target = ['--target', 'es2022', '--types', 'node', 'consumer.ts'];
  const { stdout } = await run(
    process.execPath,
    [join(MODULES, 'typescript/bin/tsc'), ...options, ...target],
    {
      cwd: folder,
    },
  ).catch((complaint: { stdout: string }) => complaint);
  return stdout;
}

/** Serves the page from an origin of its own. */
async function servePage(): Promise<{ server: Server; origin: string }> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(readFileSync('docs/live-stock.html'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

// Guarantees that the page shows the stock as it changes.
describe('the live stock page', () => {
  itNeeding('chromium', chromiumPath !== undefined)(
    'shows in a browser how the stock falls and rises',
    async () => {
      const { server, origin } = await servePage();
      await withWorld({ CORS_ORIGINS: origin }, async (world) => {
        await world.anyone.post('/register', { username: 'admin1', password: '1234', role: 'admin' });
        const keeper = await world.signIn('admin1', '1234');
        await keeper.post('/products', { name: 'Laptop', price: 500, stock_quantity: 5 });
        const buyer = await world.customer();
        const { page, complaints } = await browser.visit(origin);
        await page.fill('[name=base]', world.service.url);
        await page.fill('[name=password]', '1234');
        await page.click('button');
        await page.waitForSelector('td:text-is("5")');

        const order = await world.order(buyer, { 1: 2 });
        await page.waitForSelector('td:text-is("3")');
        await buyer.client.patch(`/orders/${order.id}/cancel`);
        await page.waitForSelector('td:text-is("5")');
        await keeper.post('/products', { name: 'Mouse', price: 5, stock_quantity: 7 });
        await page.waitForSelector('td:text-is("7")');

        expect(complaints).toEqual([]);
        await page.close();
      });
      server.close();
    },
    TIMEOUT_MS,
  );
});
