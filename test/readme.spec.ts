import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { useWorld } from './support/world.js';

const given = useWorld();
const run = promisify(execFile);
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

  it('links to files that exist, and names npm scripts that exist', async () => {
    const text = await readme();
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path]) => path as string);
    const scripts = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name as string);
    const known = (JSON.parse(await readFile('package.json', 'utf8')) as { scripts: Record<string, string> })
      .scripts;

    expect(links.length).toBeGreaterThan(15);
    expect(links.filter((path) => !existsSync(path))).toEqual([]);
    expect(scripts.filter((name) => known[name] === undefined)).toEqual([]);
  });
});
