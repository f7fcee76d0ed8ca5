import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { until } from './support/database.js';

interface AbandonedRun {
  readonly runFolder: string;
  /** Of the service, the database of the tests, and the service's own database. */
  readonly pids: number[];
}

/** What works in the folder or below it. */
function processesIn(folder: string): number[] {
  const workingDirs = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => ({ pid: Number(pid), path: workingDir(pid) }));
  return workingDirs.filter(({ path }) => path.startsWith(folder)).map(({ pid }) => pid);
}

function workingDir(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}

// Guarantees that no process and no file outlives a run of the tests, whatever its tests have forgotten to stop.
describe('a run of the tests that is killed', () => {
  it('leaves no service, no database and no file', async () => {
    const stdio = ['ignore', 'pipe', 'inherit'] as const;
    const run = spawn(process.execPath, ['test/support/abandoned-run.mjs'], { stdio: [...stdio] });
    const [line] = (await once(run.stdout, 'data')) as [Buffer];
    const { runFolder, pids } = JSON.parse(line.toString()) as AbandonedRun;
    expect(processesIn(runFolder)).toEqual(expect.arrayContaining(pids));

    run.kill('SIGKILL');

    await until('no process is left', () => Promise.resolve(processesIn(runFolder).length === 0));
    await until('the folder is gone', () => Promise.resolve(!existsSync(runFolder)));
  });
});
