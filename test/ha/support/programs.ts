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
 * A program of the stack with its own log. It runs in its own process group, so that Ctrl-C reaches only the
 * script, which then ends everything cleanly.
 */
export class Program {
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;
  #isMeantToEnd = false;

  /** @param stage is ended if the program ends by itself. */
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

  /** Kills its whole process group, and waits until it is gone. */
  async end(signal: NodeJS.Signals): Promise<void> {
    this.#isMeantToEnd = true;
    if (this.hasExited || this.#child.pid === undefined) return;
    process.kill(-this.#child.pid, signal);
    await this.exited;
  }

  /** Stops it cleanly, or kills it if it does not end. */
  async stop(timeoutMs = 15_000): Promise<void> {
    const timer = setTimeout(() => void this.end('SIGKILL'), timeoutMs);
    await this.end('SIGTERM');
    clearTimeout(timer);
  }
}
