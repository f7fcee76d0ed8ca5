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

const { TEST_SERVICE_MAIN: SERVICE = resolve('dist/main.js') } = process.env;

/** `npm run storm` in a separate process. */
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

  /** @param folder for the logs of a failed service. */
  static start(options: readonly string[], folder = tmpdir()): StormProcess {
    const env = { PATH: process.env.PATH, TMPDIR: folder };
    const command = ['--import', LOADER, resolve('storm/main.ts'), '--service', SERVICE, ...options];
    return new StormProcess(spawn(process.execPath, command, { env, cwd: folder, timeout: STORM_MS_MAX }));
  }

  /** Where a failed storm has left its files. */
  get remains(): string {
    return /^the database and the logs .* are in (.+)$/m.exec(this.output)?.[1] ?? '';
  }

  /**
   * Moves these files out of the folder of this test run, which is removed later. @returns the new place.
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
