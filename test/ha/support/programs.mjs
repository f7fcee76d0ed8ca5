import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { childEnvironment } from '../../../dist/config/child-environment.js';

/**
 * A program of the stack, started by name and written about in a log of its own. It runs in a process group of its
 * own, so that a Ctrl-C is for the script, which then ends everything in good order.
 */
export class Program {
  #child;
  #isMeantToEnd = false;

  /**
   * @param {{ name: string, command: string, args?: string[], folder: string, variables?: object, account?: object }} setup
   *   account: who runs it, `{ uid, gid }`; nothing is whoever runs the script.
   * @param {import('./stage.mjs').Stage} stage is given up when the program ends though nobody has ended it.
   */
  constructor(stage, { name, command, args = [], folder, variables = {}, account = {} }) {
    stage.signal.throwIfAborted();
    const log = openSync(join(folder, `${name}.log`), 'a');
    const env = { ...childEnvironment(), HOME: folder, ...variables };
    this.#child = spawn(command, args, {
      cwd: folder,
      env,
      detached: true,
      stdio: ['ignore', log, log],
      ...account,
    });
    this.exited = once(this.#child, 'exit').then(([code, signal]) => ({ code, signal }));
    const unexpected = (how) =>
      this.#isMeantToEnd || stage.giveUp(new Error(`${name} ended by itself: ${how}`));
    this.exited.then(({ code, signal }) => unexpected(signal ?? code), unexpected);
  }

  get hasExited() {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Ends it, whole process group and all, and waits until it is gone. @param {NodeJS.Signals} signal */
  async end(signal) {
    this.#isMeantToEnd = true;
    if (this.hasExited || this.#child.pid === undefined) return;
    process.kill(-this.#child.pid, signal);
    await this.exited;
  }

  /** Ends it in good order, or by force when it does not go. */
  async stop(timeoutMs = 15_000) {
    const timer = setTimeout(() => void this.end('SIGKILL'), timeoutMs);
    await this.end('SIGTERM');
    clearTimeout(timer);
  }
}
