import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, readlink, realpath, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { platform } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { childEnvironment } from '../../config/child-environment.js';

export interface Postmaster {
  readonly pid: number;
  readonly port: number;
}

/** The lock file of a cluster, which may be stale. */
async function readPostmasterFile(clusterDir: string): Promise<Postmaster | undefined> {
  const text = await readFile(join(clusterDir, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  return pid > 0 && port > 0 ? { pid, port } : undefined;
}

/**
 * The server that runs on the cluster, if any. PostgreSQL itself replaces a stale lock file, unless another
 * process has got its pid. Then the file is removed here, after reading it again, because a new server may
 * have written its own in the meantime.
 */
export async function findRunningPostmaster(clusterDir: string): Promise<Postmaster | undefined> {
  const postmaster = await readPostmasterFile(clusterDir);
  if (!postmaster) return undefined;
  const servers = await processesIn(clusterDir, postmaster.pid);
  if (servers.includes(postmaster.pid)) return postmaster;
  const isPidReused = servers.length === 0 && isAlive(postmaster.pid);
  const isUnchanged = (await readPostmasterFile(clusterDir))?.pid === postmaster.pid;
  if (isPidReused && isUnchanged) await rm(join(clusterDir, 'postmaster.pid'), { force: true });
  return undefined;
}

/**
 * All PostgreSQL processes of the cluster, including children of a killed server. They are recognised by
 * their working directory. Outside Linux, only the candidate is checked.
 */
export async function processesIn(clusterDir: string, candidate?: number): Promise<number[]> {
  if (platform() !== 'linux') return candidate && (await isPostgres(candidate)) ? [candidate] : [];
  const home = await realpath(clusterDir);
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const areOurs = await Promise.all(
    pids.map(async (pid) => {
      if ((await readlink(`/proc/${pid}/cwd`).catch(() => '')) !== home) return false;
      return (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim() === 'postgres';
    }),
  );
  return pids.filter((_, index) => areOurs[index]).map(Number);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function isPostgres(pid: number): Promise<boolean> {
  const run = promisify(execFile);
  const env = childEnvironment();
  const { stdout } =
    platform() === 'win32'
      ? await run('tasklist', ['/fi', `PID eq ${pid}`, '/nh'], { env }).catch(() => ({ stdout: '' }))
      : await run('ps', ['-o', 'command=', '-p', String(pid)], { env }).catch(() => ({ stdout: '' }));
  return stdout.includes('postgres');
}

export async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  return port;
}

/** @param pid of a process that may have ended; a negative one is a process group. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
