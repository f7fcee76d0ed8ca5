import { setMaxListeners } from 'node:events';
import { chownSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunFolder } from '../../support/run-folder.mjs';
import { databaseAccount, MissingPackagesError } from './packages.mjs';

class StoppedError extends Error {}

/** Where a script of this folder plays: its temporary folder, and the way to leave nothing behind. */
export class Stage {
  #runFolder = new RunFolder('mini-order-system-ha-');
  #account;
  #endings = [];
  #startedAt = performance.now();
  #interrupted = new AbortController();
  /** Comes when the script is to end before its time. */
  signal = this.#interrupted.signal;

  constructor() {
    // Everybody waits for it.
    setMaxListeners(0, this.signal);
  }

  get folder() {
    return this.#runFolder.path;
  }

  /** Who runs the databases. */
  get account() {
    return (this.#account ??= databaseAccount());
  }

  /** Says what happens. */
  tell(line) {
    const seconds = (performance.now() - this.#startedAt) / 1000;
    console.log(`${seconds.toFixed(1).padStart(6)} s  ${line}`);
  }

  /** Ends the script. @param {Error} why */
  giveUp(why) {
    this.#interrupted.abort(why);
  }

  /** To be undone in the end, the last first. @param {() => unknown} ending */
  finallyDo(ending) {
    this.#endings.push(ending);
  }

  /** A folder of its own for a part of the stack, for the account of the database where asked. */
  folderFor(name, account = {}) {
    const folder = join(this.folder, name);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (account.uid !== undefined) chownSync(folder, account.uid, account.gid);
    return folder;
  }

  /** @returns the folder to which the logs have been copied. */
  #keepLogs() {
    const kept = mkdtempSync(join(tmpdir(), 'mini-order-system-ha-logs-'));
    for (const part of readdirSync(this.folder)) {
      const logs = readdirSync(join(this.folder, part)).filter((name) => name.endsWith('.log'));
      for (const name of logs) copyFileSync(join(this.folder, part, name), join(kept, `${part}-${name}`));
    }
    return kept;
  }

  async end({ keepsLogs }) {
    for (const ending of this.#endings.splice(0).reverse()) {
      await Promise.resolve()
        .then(ending)
        .catch((error) => this.tell(`while stopping: ${error.message}`));
    }
    if (keepsLogs) this.tell(`the logs are in ${this.#keepLogs()}`);
    await this.#runFolder.remove();
  }
}

/**
 * Runs a script on a stage, for a bounded time. Whatever happens (an error, Ctrl-C, the time is over), all that it
 * has started is stopped; the exit code is 0 only when the script returned true.
 * @param {(stage: Stage) => Promise<boolean>} script
 */
export async function perform(script, { minutesMax }) {
  const stage = new Stage();
  const stop = (why) => stage.giveUp(new StoppedError(why));
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => stop(`stopped by ${name}`));
  process.on('uncaughtException', (error) => stage.giveUp(error));
  const timer = setTimeout(() => stop(`not done after ${minutesMax} minutes`), minutesMax * 60_000);
  const { signal } = stage;
  const aborted = new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
  );
  let hasPassed = false;
  let isOrdinaryEnd = true;
  try {
    hasPassed = await Promise.race([script(stage), aborted]);
    isOrdinaryEnd = hasPassed;
  } catch (error) {
    isOrdinaryEnd = error instanceof StoppedError || error instanceof MissingPackagesError;
    console.error(isOrdinaryEnd ? error.message : error);
  }
  clearTimeout(timer);
  await stage.end({ keepsLogs: !isOrdinaryEnd });
  process.exit(hasPassed ? 0 : 1);
}

/** Asks again and again until the answer is yes. @throws when it is not in time. */
export async function waitFor(what, condition, { timeoutMs, everyMs = 200, signal }) {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    const answer = await condition().catch(() => undefined);
    if (answer) return answer;
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
