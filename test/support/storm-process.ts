import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A short storm takes seconds; more than this is a hang. */
export const STORM_MS_MAX = 120_000;

/** Compiles TypeScript as it is loaded. */
const LOADER = pathToFileURL(resolve('node_modules/tsx/dist/loader.mjs')).href;

/** `npm run storm` in a process of its own. */
export class StormProcess {
  /** With its exit code. */
  readonly ended: Promise<number | null>;
  output = '';

  private constructor(private readonly child: ChildProcess) {
    const collect = (chunk: Buffer) => (this.output += chunk.toString());
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    this.ended = once(child, 'close').then(([code]) => code as number | null);
  }

  /** @param folder where the logs of a service that has failed are left. */
  static start(options: readonly string[], folder = tmpdir()): StormProcess {
    const env = { PATH: process.env.PATH, TMPDIR: folder };
    const command = ['--import', LOADER, resolve('storm/main.ts'), ...options];
    return new StormProcess(spawn(process.execPath, command, { env, cwd: folder, timeout: STORM_MS_MAX }));
  }

  /** Where a storm that has failed has left what it worked with. */
  get remains(): string {
    return /^the database and the logs .* are in (.+)$/m.exec(this.output)?.[1] ?? '';
  }

  /**
   * Moves that out of the folder of this run of the tests, which is removed in the end; returns where it is.
   */
  async keepRemains(): Promise<string> {
    const kept = join(dirname(tmpdir()), basename(this.remains));
    await rename(this.remains, kept);
    return kept;
  }

  /** Ctrl-C. */
  interrupt(): void {
    this.child.kill('SIGINT');
  }
}
