import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { itNeeding } from './support/needing.js';
import { UnreliableNetwork } from './support/unreliable-network.js';
import { useWorld } from './support/world.js';

const given = useWorld({ PENDING_ORDER_TTL: '900' });
const run = promisify(execFile);
const PAGE = readFileSync('docs/clients.md', 'utf8');
const MODULES = resolve('node_modules');
const TIMEOUT_MS = 25_000;

/** Time for two programs and a compiler, on a machine that runs other tests as well. */
const TYPESCRIPT_TIMEOUT_MS = 60_000;

let folder: string;

beforeAll(async () => {
  await given.anyone.post('/register', { username: 'admin1', password: '1234', role: 'admin' });
  const admin = await given.signIn('admin1', '1234');
  for (const name of ['Laptop', 'Mouse', 'Keyboard']) {
    await admin.post('/products', { name, price: 500, stock_quantity: 10 });
  }
  folder = mkdtempSync(join(tmpdir(), 'clients-'));
  // What `npm i` would have installed there.
  symlinkSync(MODULES, join(folder, 'node_modules'), 'junction');
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  await generateTypes();
}, TYPESCRIPT_TIMEOUT_MS);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

// Guarantees that the programs in docs/clients.md work.
describe('a client in', () => {
  itNeeding('bash and curl', works('bash', ['-c', 'curl --version']))(
    'curl orders and restocks once, whatever the network does',
    async () => {
      await holdsItsConversation('carla', 40, async (url) => {
        const script = join(folder, 'client.sh');
        writeFileSync(script, program('bash', url));
        return run('bash', ['--norc', '-euo', 'pipefail', script], { cwd: folder, timeout: TIMEOUT_MS });
      });
    },
  );

  itNeeding('Python and requests', works('python3', ['-c', 'import requests']))(
    'Python orders and restocks once, whatever the network does',
    async () => {
      await holdsItsConversation('paula', 41, async (url) => {
        writeFileSync(join(folder, 'client.py'), program('python', url));
        return run('python3', ['client.py'], { cwd: folder, timeout: TIMEOUT_MS });
      });
    },
  );

  itNeeding('Python', works('python3', ['--version']))('Python can be read by Python', async () => {
    const compile = 'import ast, sys; ast.parse(sys.argv[1])';
    await run('python3', ['-c', compile, program('python', given.service.url)]);
  });

  it(
    'TypeScript is typed by the API description, and orders and restocks once despite network faults',
    async () => {
      await holdsItsConversation('tessa', 42, async (url) => {
        writeFileSync(join(folder, 'client.ts'), program('ts', url));
        expect(await compile()).toBe('');
        return run(process.execPath, ['client.js'], { cwd: folder, timeout: TIMEOUT_MS });
      });
    },
    TYPESCRIPT_TIMEOUT_MS,
  );

  it(
    'TypeScript does not compile if it contradicts the API description',
    async () => {
      const faulty = program('ts', given.service.url)
        .replace('product_id: 1, quantity: 2', 'product: 1, quantity: 2')
        .replace('error.detail', 'error.reason');
      writeFileSync(join(folder, 'client.ts'), faulty);

      const complaints = await compile();

      expect(complaints.match(/error TS\d+/g)).toHaveLength(2);
      expect(complaints).toMatch(/'product' does not exist/);
      expect(complaints).toMatch(/'reason' does not exist/);
    },
    TYPESCRIPT_TIMEOUT_MS,
  );
});

/** Runs a program of the page and checks its effects, in its output and in the database. */
async function holdsItsConversation(
  username: string,
  stock: number,
  start: (url: string) => Promise<{ stdout: string; stderr: string }>,
): Promise<void> {
  const network = await UnreliableNetwork.start(given.service.url);
  const [laptopsBefore, keyboardsBefore] = await Promise.all(
    [1, 3].map((id) => given.database.stockOf({ id })),
  );
  try {
    const { stdout, stderr } = await start(network.url);

    expect(stderr.replace(/^Warning: .*\n|^curl: \(52\).*\n/gm, '')).toBe('');
    expect(stdout).toMatch(/^201 .*"total_amount":1000/m);
    expect(stdout).toMatch(/^reserve the money for order \d+ before 20\d\d-.*Z$/m);
    expect(stdout).toMatch(/^take the money$/m);
    expect(stdout).toMatch(/^refused: insufficient-stock$/m);
    expect(stdout.match(/"next_cursor":/g)).toHaveLength(2);
    expect(stdout).toMatch(/"name":"Keyboard"/);
    expect(stdout).toMatch(new RegExp(`^200 .*"stock_quantity":${stock}`, 'm'));
    expect(stdout).toMatch(/^200 .*"name":"Keyboard"/m);
    expect(network.attemptsOfWrites).toEqual([3, 1, 3]);
  } finally {
    await network.stop();
  }
  const orders =
    'SELECT array_agg(status) FROM orders o JOIN users u ON u.id = o.customer_id WHERE username = $1';
  expect(await given.database.value(orders, [username])).toEqual(['CONFIRMED']);
  expect(await given.database.stockOf({ id: 1 })).toBe(Number(laptopsBefore) - 2);
  expect(await given.database.stockOf({ id: 2 })).toBe(stock);
  expect(await given.database.stockOf({ id: 3 })).toBe(Number(keyboardsBefore) + 5);
}

/** The program in a language, joined from the blocks of the page, with another service URL. */
function program(language: string, url: string): string {
  const blocks = [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'gm'))].map(
    ([, code]) => code,
  );
  expect(blocks.length).toBeGreaterThan(0);
  return blocks.join('\n').replace('http://localhost:8000', url);
}

/** Generates the types with the command on the page. */
async function generateTypes(): Promise<void> {
  const [, command = ''] = /^npx openapi-typescript (.*)$/m.exec(PAGE) ?? [];
  const args = command.replace('http://localhost:8000', given.service.url).split(' ');
  const generator = join(MODULES, 'openapi-typescript/bin/cli.js');
  await run(process.execPath, [generator, ...args], { cwd: folder, timeout: TIMEOUT_MS });
}

/** Compiles the client in the strictest mode, and returns the errors of the compiler. */
async function compile(): Promise<string> {
  const strictly = [
    '--strict',
    '--exactOptionalPropertyTypes',
    '--noUncheckedIndexedAccess',
    '--skipLibCheck',
  ];
  const target = ['--module', 'nodenext', '--target', 'es2022', '--types', 'node'];
  const args = [join(MODULES, 'typescript/bin/tsc'), ...strictly, ...target, 'client.ts'];
  const { stdout } = await run(process.execPath, args, { cwd: folder, timeout: TIMEOUT_MS }).catch(
    (complaint: { stdout: string }) => complaint,
  );
  return stdout;
}

function works(command: string, args: string[]): boolean {
  return spawnSync(command, args, { timeout: TIMEOUT_MS }).status === 0;
}
