import { setMaxListeners } from 'node:events';
import { chownSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { forgetPgVariables } from '#dist/config/pg-variables.js';
import { RunFolder } from '../../support/run-folder.mjs';
import { type Account, databaseAccount, MissingPackagesError } from './packages.js';

class StoppedError extends Error {}

/** Where a script of this folder plays: its temporary folder, and the way to leave nothing behind. */
export class Stage {
  readonly #runFolder = new RunFolder('mini-order-system-ha-');
  #account: Account | undefined;
  readonly #endings: (() => unknown)[] = [];
  readonly #startedAt = performance.now();
  readonly #interrupted = new AbortController();
  /** Comes when the script is to end before its time. */
  readonly signal = this.#interrupted.signal;

  constructor() {
    // Everybody waits for it.
    setMaxListeners(0, this.signal);
  }

  get folder(): string {
    return this.#runFolder.path;
  }

  /** Who runs the databases. */
  get account(): Account {
    return (this.#account ??= databaseAccount());
  }

  /** Says what happens. */
  tell(line: string): void {
    const seconds = (performance.now() - this.#startedAt) / 1000;
    console.log(`${seconds.toFixed(1).padStart(6)} s  ${line}`);
  }

  /** Ends the script. */
  giveUp(why: Error): void {
    this.#interrupted.abort(why);
  }

  /** To be undone in the end, the last first. */
  finallyDo(ending: () => unknown): void {
    this.#endings.push(ending);
  }

  /** A folder of its own for a part of the stack, for the account of the database where asked. */
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
 * Runs a script on a stage, for a bounded time. Whatever happens (an error, Ctrl-C, the time is over), all
 * that it has started is stopped; the exit code is 0 only when the script returned true.
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

/** Asks again and again until there is an answer. @throws when it is not in time. */
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
