import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OrderBody } from './support/api-types.js';
import { UnreliableNetwork } from './support/unreliable-network.js';
import { PASSWORD, useWorld } from './support/world.js';

const given = useWorld();
const run = promisify(execFile);
const PAGE = readFileSync('docs/clients.md', 'utf8');
let folder: string;
let network: UnreliableNetwork;

beforeAll(async () => {
  network = await UnreliableNetwork.start(given.service.url);
  folder = mkdtempSync(join(tmpdir(), 'recipes-'));
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'), 'junction');
  for (const [, name = '', code = ''] of PAGE.matchAll(/^```js\n\/\/ (\S+)\n([^]*?)^```/gm)) {
    writeFileSync(join(folder, name), code);
  }
});
afterAll(async () => {
  await network.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a program of the page over a network that loses an answer and then refuses with 503. */
async function node(...args: string[]): Promise<string> {
  const { username } = await given.admin();
  const env = { BASE: network.url, ADMIN: username, PASSWORD };
  return (await run(process.execPath, args, { cwd: folder, env, timeout: 25_000 })).stdout;
}

const products = () =>
  given.database.rows<{ sku: string | null; name: string; version: number }>(
    'SELECT sku, name, price_minor, stock_quantity, version FROM products ORDER BY id',
  );

// Guarantees that the recipes in docs/clients.md work as printed.
describe('the recipe', () => {
  it('imports a file of products once, and changes nothing in a second run', async () => {
    const file = join(folder, 'products.csv');
    const rows = ['L-1,Old,1,7', 'L-1,"Lamp, ""big"" ",19.99,5', ' D-1 , Desk\u00a0,80,2', ''];
    writeFileSync(file, ['\ufeffsku,name,price,stock_quantity', ...rows].join('\n'));

    const first = await node('import-products.mjs', file);
    const imported = await products();
    const second = await node('import-products.mjs', file);

    expect(first).toBe('L-1 created\nD-1 created\n');
    expect(imported).toEqual([
      { sku: 'L-1', name: 'Lamp, "big"', price_minor: 1999, stock_quantity: 5, version: 1 },
      { sku: 'D-1', name: 'Desk', price_minor: 8000, stock_quantity: 2, version: 1 },
    ]);
    expect(second).toBe('');
    expect(await products()).toEqual(imported);
    expect(Math.max(...network.attemptsOfWrites)).toBe(3);

    writeFileSync(file, 'sku,name,price,stock_quantity\nL-1,Lamp,19.99,5\nD-1,Desk,80,9\n');
    expect(await node('import-products.mjs', file)).toBe('L-1 changed\n');
    expect(await products()).toMatchObject([
      { name: 'Lamp', stock_quantity: 5 },
      { stock_quantity: 2, version: 1 },
    ]);
  });

  it('imports the rows after refused ones, and ends with a failure', async () => {
    const file = join(folder, 'faulty.csv');
    const rows = [
      'F-1,Without a price,,1',
      ',Without a sku,1,1',
      'F-2,With a word,cheap,1',
      'F-3,Chair,10,2',
    ];
    writeFileSync(file, ['sku,name,price,stock_quantity', ...rows].join('\n'));

    const failure = await node('import-products.mjs', file).catch((error: object) => error);
    const added = (await products()).filter(({ sku }) => sku === null || sku.startsWith('F-'));

    expect(failure).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^F-1 .+\n .+\nF-2 .+\nF-3 created\n$/) as unknown,
    });
    expect(added).toMatchObject([{ sku: 'F-3' }]);
  });

  it('exports every order as one line of JSON', async () => {
    const [buyer, lamp] = [await given.customer(), await given.product({ stock: 1_000 })];
    const placed: OrderBody[] = [];
    for (let n = 0; n < 205; n += 1) placed.push(await given.order(buyer, { [lamp.id]: 1 }));

    const lines = (await node('export-orders.mjs')).trimEnd().split('\n');

    expect(lines.map((line) => JSON.parse(line) as OrderBody)).toEqual(placed.reverse());
  });
});
