import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { useWorld } from './support/world.js';

const given = useWorld();
const run = promisify(execFile);
const PAGES = readdirSync('docs').filter((name) => name.endsWith('.md'));
const DOCUMENTS = ['README.md', 'SECURITY.md', ...PAGES.map((name) => `docs/${name}`)];
const readme = () => readFile('README.md', 'utf8');

// Guarantees that the README tells the truth.
describe('the README', () => {
  it('has a walkthrough that works as pasted', async () => {
    const block = /```sh\n(BASE=[^]*?)```/.exec(await readme())?.[1] ?? '';
    const script = block.replace('http://localhost:8000', given.service.url);

    const { stdout, stderr } = await run('bash', ['--norc', '-euc', script]);

    expect(stderr).toBe('');
    const answers = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(answers).toHaveLength(12);
    expect(answers.filter(({ code }) => code !== undefined)).toEqual([]);
    expect(answers[5]).toMatchObject({ id: 1, status: 'PENDING', total_amount: 100_000 });
    expect(answers[7]).toMatchObject({ name: 'Laptop', stock_quantity: 3 });
    expect(answers.slice(8)).toMatchObject([
      { status: 'CONFIRMED' },
      { status: 'CANCELLED' },
      { stock_quantity: 5 },
      { balanced: true },
    ]);
  });

  it('names npm scripts that exist', async () => {
    const scripts = [...(await readme()).matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name as string);
    const known = (JSON.parse(await readFile('package.json', 'utf8')) as { scripts: Record<string, string> })
      .scripts;

    expect(scripts.filter((name) => known[name] === undefined)).toEqual([]);
  });

  it.each(DOCUMENTS)('and %s link to files that exist', async (document) => {
    const text = await readFile(document, 'utf8');
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path]) => path as string);

    expect(links.length).toBeGreaterThan(1);
    expect(links.filter((path) => !existsSync(join(dirname(document), path)))).toEqual([]);
  });
});
