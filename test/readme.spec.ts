import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { useWorld } from './support/world.js';

const given = useWorld();
const run = promisify(execFile);

// Guarantees that the README is correct.
describe('the README', () => {
  it('has a walkthrough that works as pasted', async () => {
    const block = /```sh\n(BASE=[^]*?)```/.exec(await readFile('README.md', 'utf8'))?.[1] ?? '';
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
});
