import { type ChildProcess, execFile, spawn, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { chown, stat } from 'node:fs/promises';
import { platform } from 'node:os';
import { basename, dirname } from 'node:path';
import { promisify } from 'node:util';
import { childEnvironment } from '../../config/child-environment.js';
import { sendSignal } from './postmaster.js';

const execFileAsync = promisify(execFile);

/** For `initdb`. */
const PROGRAM_TIMEOUT_MS = 90_000;

/**
 * The system account that runs the embedded server. PostgreSQL refuses to run as root, so root runs it as
 * `postgres` or `nobody`. All other users run it themselves.
 */
export class ServerAccount {
  private constructor(
    private readonly ids: { uid: number; gid: number } | undefined,
    private readonly needsPathAccess: boolean,
  ) {}

  /**
   * @param cluster the folder of the cluster; if it exists, its owner is the account.
   * @param paths the folders that the server must be able to access.
   */
  static async choose(cluster: string, paths: readonly string[]): Promise<ServerAccount> {
    if (process.getuid?.() !== 0) return new ServerAccount(undefined, false);
    const ids = (await ownerOf(cluster)) ?? (await findAccount('postgres')) ?? (await findAccount('nobody'));
    if (ids === undefined) {
      throw new Error(
        'PostgreSQL refuses to run as root, and this machine has no account "postgres" or "nobody" to ' +
          'run it. Start the service as an ordinary user, or set DATABASE_URL.',
      );
    }
    const reachable = await Promise.all(paths.map(isReachableByOthers));
    return new ServerAccount(ids, reachable.includes(false));
  }

  /** Gives a file or folder to the account. */
  async own(path: string): Promise<void> {
    if (this.ids) await chown(path, this.ids.uid, this.ids.gid);
  }

  /**
   * Runs a program to its end. The signal kills it with all its children.
   * @throws Error with the program's stderr if it fails.
   */
  async run(program: string, args: readonly string[], signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const child = this.spawn(program, args, ['ignore', 'ignore', 'pipe']);
    const end = () => {
      if (child.pid !== undefined) sendSignal(platform() === 'win32' ? child.pid : -child.pid, 'SIGKILL');
    };
    const timer = setTimeout(end, PROGRAM_TIMEOUT_MS);
    signal?.addEventListener('abort', end);
    try {
      await endOf(program, child);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
    }
  }

  /** Starts a program without a shell, which might interpret paths, and out of reach of Ctrl-C. */
  spawn(program: string, args: readonly string[], stdio: StdioOptions): ChildProcess {
    const [command, ...rest] = this.commandLine(program, args);
    const ids = this.needsPathAccess ? {} : this.ids;
    const env = childEnvironment();
    return spawn(command as string, rest, { env, stdio, detached: true, windowsHide: true, ...ids });
  }

  /**
   * Below a folder that only root may enter, such as /root, the account gets the right to enter it through
   * `setpriv`. The alternative would be to open the folder to everyone. `no_setuid_fixup` makes `access(2)`
   * respect that right too.
   */
  private commandLine(program: string, args: readonly string[]): string[] {
    if (!this.ids || !this.needsPathAccess) return [program, ...args];
    return [
      'setpriv',
      `--reuid=${this.ids.uid}`,
      `--regid=${this.ids.gid}`,
      '--clear-groups',
      '--securebits=+no_setuid_fixup',
      '--inh-caps=-all,+dac_override',
      '--ambient-caps=-all,+dac_override',
      '--bounding-set=-all,+dac_override',
      program,
      ...args,
    ];
  }
}

async function endOf(program: string, child: ChildProcess): Promise<void> {
  let words = '';
  child.stderr?.on('data', (chunk: Buffer) => (words += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${basename(program)} failed (${code ?? 'killed'}): ${words.trim()}`);
}

async function ownerOf(path: string): Promise<{ uid: number; gid: number } | undefined> {
  try {
    const { uid, gid } = await stat(path);
    return uid === 0 ? undefined : { uid, gid };
  } catch {
    return undefined;
  }
}

async function findAccount(name: string): Promise<{ uid: number; gid: number } | undefined> {
  const { stdout } = await execFileAsync('id', [name]).catch(() => ({ stdout: '' }));
  const [, uid, gid] = /^uid=(\d+)\D.* gid=(\d+)/.exec(stdout) ?? [];
  return uid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}

async function isReachableByOthers(path: string): Promise<boolean> {
  const { mode } = await stat(path);
  if ((mode & 0o001) === 0) return false;
  return path === dirname(path) || isReachableByOthers(dirname(path));
}
