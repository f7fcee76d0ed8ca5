import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findRunningPostmaster } from './postmaster.js';

let cluster: string;
beforeEach(async () => {
  cluster = await mkdtemp(join(tmpdir(), 'cluster-'));
});
afterEach(() => rm(cluster, { recursive: true, force: true }));

async function endedProcess(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(child, 'exit');
  return child.pid as number;
}

// Guarantees that a search for a server never removes the lock file of a starting one.
describe('findRunningPostmaster', () => {
  it('finds no server for a stale lock file, and leaves the file to PostgreSQL', async () => {
    const lockFile = [await endedProcess(), cluster, 1, 5432, ''].join('\n');
    await writeFile(join(cluster, 'postmaster.pid'), lockFile);

    expect(await findRunningPostmaster(cluster)).toBeUndefined();
    expect(await readFile(join(cluster, 'postmaster.pid'), 'utf8')).toBe(lockFile);
  });
});
