// How a run talks to its load processes: one job at a time, over Node's IPC channel.
import { fork } from 'node:child_process';

/**
 * @typedef {object} Load what is to be asked, from whom, and by how many at once.
 * @property {string} scenario @property {number} clients
 * @property {string} url of the server, or of the database for who needs no server.
 * @property {string} secret that tokens are signed with.
 * @property {string | undefined} baskets
 * @property {number} status the only one that counts as an answer.
 *
 * @typedef {object} Timing
 * @property {number} requests @property {number} seconds @property {number} p50Ms @property {number} p99Ms
 */

/** @typedef {{ kind: 'prepare', load: Load } | { kind: 'run', requests: number }} Job */

/** A longer measurement is an error. */
const JOB_TIMEOUT_MS = 120_000;

/** A process that makes load. */
export class LoadProcess {
  /** @param {string} script relative to this folder. */
  constructor(script) {
    this.child = fork(new URL(script, import.meta.url), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  }

  get pid() {
    return /** @type {number} */ (this.child.pid);
  }

  /** Prepares everything, including connections. @param {Load} load @returns {Promise<void>} */
  prepare(load) {
    return this.#ask({ kind: 'prepare', load });
  }

  /**
   * Sends this many requests and waits for every answer.
   * @param {number} requests
   * @returns {Promise<Timing>}
   */
  run(requests) {
    return this.#ask({ kind: 'run', requests });
  }

  stop() {
    this.child.kill('SIGKILL');
  }

  /** @param {Job} job @returns {Promise<any>} */
  #ask(job) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => settle(() => reject(new Error('The load did not end in time.'))),
        JOB_TIMEOUT_MS,
      );
      const onMessage = (/** @type {{ error?: string, result?: unknown }} */ { error, result }) =>
        settle(() => (error === undefined ? resolve(result) : reject(new Error(error))));
      const onExit = () => settle(() => reject(new Error('The process that makes the load has ended.')));
      const settle = (/** @type {() => void} */ answer) => {
        clearTimeout(timer);
        this.child.off('message', onMessage).off('exit', onExit);
        answer();
      };
      this.child.on('message', onMessage).on('exit', onExit);
      this.child.send(job);
    });
  }
}

/**
 * The side of the load process, which ends with the process that started it.
 * @param {{ prepare: (load: Load) => Promise<void>, run: (requests: number) => Promise<Timing> }} work
 */
export function answerJobs({ prepare, run }) {
  process.on('SIGINT', () => undefined);
  process.on('disconnect', () => process.exit());
  process.on('message', (/** @type {Job} */ job) => {
    const done = job.kind === 'prepare' ? prepare(job.load) : run(job.requests);
    done.then(
      (result) => process.send?.({ result }),
      (error) => process.send?.({ error: error instanceof Error ? error.message : String(error) }),
    );
  });
}

/** @param {number[]} latenciesMs @param {number} seconds @returns {Timing} */
export function timingOf(latenciesMs, seconds) {
  const sorted = Float64Array.from(latenciesMs).sort();
  const at = (/** @type {number} */ share) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { requests: sorted.length, seconds, p50Ms: at(0.5), p99Ms: at(0.99) };
}
