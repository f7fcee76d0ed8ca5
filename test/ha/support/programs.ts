import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { childEnvironment } from '#dist/config/child-environment.js';
import type { Account } from './packages.js';
import type { Stage } from './stage.js';

export interface ProgramSetup {
  readonly name: string;
  readonly command: string;
  readonly args?: readonly string[];
  readonly folder: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly account?: Account;
}

interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * A program of the stack, started by name and written about in a log of its own. It runs in a process group
 * of its own, so that a Ctrl-C is for the script, which then ends everything in good order.
 */
export class Program {
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;
  #isMeantToEnd = false;

  /** @param stage is given up when the program ends though nobody has ended it. */
  constructor(stage: Stage, setup: ProgramSetup) {
    const { name, command, args = [], folder, variables = {}, account = {} } = setup;
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
    const exit = once(this.#child, 'exit') as Promise<[Exit['code'], Exit['signal']]>;
    this.exited = exit.then(([code, signal]) => ({ code, signal }));
    const unexpected = (how: unknown) => {
      if (!this.#isMeantToEnd) stage.giveUp(new Error(`${name} ended by itself: ${String(how)}`));
    };
    this.exited.then(({ code, signal }) => unexpected(signal ?? code), unexpected);
  }

  get hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Ends it, whole process group and all, and waits until it is gone. */
  async end(signal: NodeJS.Signals): Promise<void> {
    this.#isMeantToEnd = true;
    if (this.hasExited || this.#child.pid === undefined) return;
    process.kill(-this.#child.pid, signal);
    await this.exited;
  }

  /** Ends it in good order, or by force when it does not go. */
  async stop(timeoutMs = 15_000): Promise<void> {
    const timer = setTimeout(() => void this.end('SIGKILL'), timeoutMs);
    await this.end('SIGTERM');
    clearTimeout(timer);
  }
}
