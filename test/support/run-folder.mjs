import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '#dist/config/child-environment.js';

const SWEEPER = fileURLToPath(new URL('sweeper.mjs', import.meta.url));

/**
 * The temporary folder of one run. However the run ends, also by
 * SIGKILL, the processes that work in it are ended and it is removed.
 */
export class RunFolder {
  #sweeper;

  /** @param {string} prefix of its name */
  constructor(prefix) {
    this.path = mkdtempSync(join(tmpdir(), prefix));
    // The account of the databases has to get through to its own folders.
    chmodSync(this.path, 0o711);
    // Nobody but us holds the other end of its input, so it learns
    // when we are gone. In a session of its own: a Ctrl-C is for us.
    this.#sweeper = spawn(process.execPath, [SWEEPER, this.path], {
      cwd: '/',
      env: childEnvironment(),
      detached: true,
      stdio: ['pipe', 'inherit', 'inherit'],
    });
    this.#sweeper.unref();
    /** @type {import('node:net').Socket} */ (this.#sweeper.stdin).unref();
  }

  /** Ends what is left and waits until it is gone. */
  async remove() {
    this.#sweeper.ref();
    const swept = once(this.#sweeper, 'exit');
    this.#sweeper.stdin.end();
    await swept;
  }
}
