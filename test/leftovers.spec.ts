import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { until } from './support/database.js';
import { processesIn } from './support/processes.js';

interface AbandonedRun {
  readonly runFolder: string;
  /** Processes of the service, of the tests' database and of the service's own database. */
  readonly pids: number[];
}

// Guarantees that no process and no file outlives a test run,
// even if its tests forget to stop something.
describe('a test run that is killed', () => {
  it('leaves no service, no database and no file', async () => {
    const stdio = ['ignore', 'pipe', 'inherit'] as const;
    const run = spawn(process.execPath, ['test/support/abandoned-run.mjs'], { stdio: [...stdio] });
    const [line] = (await once(run.stdout, 'data')) as [Buffer];
    const { runFolder, pids } = JSON.parse(line.toString()) as AbandonedRun;
    expect(processesIn(runFolder).map(({ pid }) => pid)).toEqual(expect.arrayContaining(pids));

    run.kill('SIGKILL');

    await until('no process is left', () => Promise.resolve(processesIn(runFolder).length === 0));
    await until('the folder is gone', () => Promise.resolve(!existsSync(runFolder)));
  }, 90_000);
});
