import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '#dist/config/child-environment.js';

const SWEEPER = fileURLToPath(new URL('sweeper.mjs', import.meta.url));

/**
 * The temporary folder of one run. After any end of the run, even by
 * SIGKILL, the processes that work in it are ended and it is removed.
 */
export class RunFolder {
  #sweeper;

  /** @param {string} prefix of its name */
  constructor(prefix) {
    this.path = mkdtempSync(join(tmpdir(), prefix));
    // The account of the databases must be able to reach its own folders.
    chmodSync(this.path, 0o711);
    // Only we hold the other end of its input, so it notices when we are
    // gone. It has its own session, so that Ctrl-C does not reach it.
    this.#sweeper = spawn(process.execPath, [SWEEPER, this.path], {
      cwd: '/',
      env: childEnvironment(),
      detached: true,
      stdio: ['pipe', 'inherit', 'inherit'],
    });
    this.#sweeper.unref();
    /** @type {import('node:net').Socket} */ (this.#sweeper.stdin).unref();
  }

  /** Ends the remaining processes and waits until they are gone. */
  async remove() {
    this.#sweeper.ref();
    const swept = once(this.#sweeper, 'exit');
    this.#sweeper.stdin.end();
    await swept;
  }
}
