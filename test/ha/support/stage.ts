import { setMaxListeners } from 'node:events';
import { chownSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { forgetPgVariables } from '#dist/config/pg-variables.js';
import { RunFolder } from '../../support/run-folder.mjs';
import { type Account, databaseAccount, MissingPackagesError } from './packages.js';

class StoppedError extends Error {}

/** The environment of a script in this folder: its temporary folder and its cleanup. */
export class Stage {
  readonly #runFolder = new RunFolder('mini-order-system-ha-');
  #account: Account | undefined;
  readonly #endings: (() => unknown)[] = [];
  readonly #startedAt = performance.now();
  readonly #interrupted = new AbortController();
  /** Rejects when the script has to end early. */
  readonly signal = this.#interrupted.signal;

  constructor() {
    // Everybody waits for it.
    setMaxListeners(0, this.signal);
  }

  get folder(): string {
    return this.#runFolder.path;
  }

  /** The account that runs the databases. */
  get account(): Account {
    return (this.#account ??= databaseAccount());
  }

  /** Reports progress. */
  tell(line: string): void {
    const seconds = (performance.now() - this.#startedAt) / 1000;
    console.log(`${seconds.toFixed(1).padStart(6)} s  ${line}`);
  }

  /** Ends the script. */
  giveUp(why: Error): void {
    this.#interrupted.abort(why);
  }

  /** Adds a cleanup step; they run at the end in reverse order. */
  finallyDo(ending: () => unknown): void {
    this.#endings.push(ending);
  }

  /** A folder for one part of the stack, owned by the database's account on request. */
  folderFor(name: string, account: Account = {}): string {
    const folder = join(this.folder, name);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (account.uid !== undefined && account.gid !== undefined) chownSync(folder, account.uid, account.gid);
    return folder;
  }

  /** @returns the folder to which the logs have been copied. */
  #keepLogs(): string {
    const kept = mkdtempSync(join(tmpdir(), 'mini-order-system-ha-logs-'));
    for (const part of readdirSync(this.folder)) {
      const logs = readdirSync(join(this.folder, part)).filter((name) => name.endsWith('.log'));
      for (const name of logs) copyFileSync(join(this.folder, part, name), join(kept, `${part}-${name}`));
    }
    return kept;
  }

  async end({ keepsLogs }: { keepsLogs: boolean }): Promise<void> {
    for (const ending of this.#endings.splice(0).reverse()) {
      await Promise.resolve()
        .then(ending)
        .catch((error: unknown) => this.tell(`while stopping: ${String(error)}`));
    }
    if (keepsLogs) this.tell(`the logs are in ${this.#keepLogs()}`);
    await this.#runFolder.remove();
  }
}

/**
 * Runs a script for a bounded time. Everything that it has started is stopped at the end, also after an
 * error, Ctrl-C or a timeout. The exit code is 0 only if the script returned true.
 */
export async function perform(
  script: (stage: Stage) => Promise<boolean>,
  { minutesMax }: { minutesMax: number },
): Promise<void> {
  forgetPgVariables();
  const stage = new Stage();
  const stop = (why: string) => stage.giveUp(new StoppedError(why));
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => stop(`stopped by ${name}`));
  process.on('uncaughtException', (error) => stage.giveUp(error));
  const timer = setTimeout(() => stop(`not done after ${minutesMax} minutes`), minutesMax * 60_000);
  const { signal } = stage;
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  let hasPassed = false;
  let isOrdinaryEnd = true;
  try {
    hasPassed = await Promise.race([script(stage), aborted]);
    isOrdinaryEnd = hasPassed;
  } catch (error) {
    isOrdinaryEnd = error instanceof StoppedError || error instanceof MissingPackagesError;
    console.error(isOrdinaryEnd ? (error as Error).message : error);
  }
  clearTimeout(timer);
  await stage.end({ keepsLogs: !isOrdinaryEnd });
  process.exit(hasPassed ? 0 : 1);
}

interface Patience {
  readonly timeoutMs: number;
  readonly everyMs?: number;
  readonly signal: AbortSignal;
}

/** Asks repeatedly until there is an answer. @throws if it does not come in time. */
export async function waitFor<T>(
  what: string,
  condition: () => Promise<T | undefined | false>,
  { timeoutMs, everyMs = 200, signal }: Patience,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    signal.throwIfAborted();
    const answer = await condition().catch(() => undefined);
    if (answer) return answer;
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
