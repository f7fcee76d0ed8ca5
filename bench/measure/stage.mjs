// Everything that runs during a measurement: the database, the contenders and the load processes.
import { randomBytes } from 'node:crypto';
import { readBaskets } from '../baskets.mjs';
import { ServerProcess } from '../contenders/contenders.mjs';
import { removePlacedOrders, seedOrders } from '../database/seed.mjs';
import { Server, withClient } from '../database/server.mjs';
import { LoadProcess } from '../load/jobs.mjs';

/** @typedef {import('../contenders/contenders.mjs').Contender} Contender */

export class Stage {
  secret = randomBytes(32).toString('hex');
  /** @type {Promise<Server> | undefined} */
  #starting;
  /** @type {Server | undefined} */
  #server;
  /** @type {Map<string, string>} */
  #databases = new Map();
  /** @type {Map<string, ServerProcess>} */
  #servers = new Map();
  /** @type {Map<string, LoadProcess>} */
  #loads = new Map();
  /** @type {Record<string, string>} */
  database = {};

  /**
   * @param {readonly Contender[]} contenders
   * @param {{ baskets: string | undefined, hasStandby?: boolean, progress: (step: string) => void }} options
   */
  async setUp(contenders, { baskets, hasStandby = false, progress }) {
    progress('starting PostgreSQL');
    this.#starting = Server.start({ hasStandby });
    this.#server = await this.#starting;
    this.database = await this.#server.describe();
    progress('seeding 100,000 orders');
    const template = await this.#server.makeTemplate(baskets ? readBaskets(baskets).products : []);
    await withClient(template, seedOrders);
    for (const contender of contenders) {
      progress(`starting ${contender.name}`);
      const url = await this.#server.makeDatabase(contender.name);
      this.#databases.set(contender.name, url);
      if (contender.program) await this.#startServer(contender, url);
    }
    this.#loads.set('http', new LoadProcess('http-load.mjs'));
    this.#loads.set('sql', new LoadProcess('sql-load.mjs'));
  }

  /** @param {Contender} contender @param {string} url */
  async #startServer(contender, url) {
    const server = new ServerProcess(contender, url, this.secret);
    this.#servers.set(contender.name, server);
    await server.ready();
  }

  get server() {
    return /** @type {Server} */ (this.#server);
  }

  /** @param {Contender} contender */
  databaseOf({ name }) {
    return /** @type {string} */ (this.#databases.get(name));
  }

  /**
   * What makes the load for a contender, where it goes, and which processes are measured.
   * @param {Contender} contender
   */
  playersOf({ name, program }) {
    const load = /** @type {LoadProcess} */ (this.#loads.get(program ? 'http' : 'sql'));
    const server = this.#servers.get(name);
    return {
      load,
      url: server?.url ?? /** @type {string} */ (this.#databases.get(name)),
      pid: server?.pid ?? load.pid,
      loadPid: load.pid,
      postgresPids: this.#server?.pids ?? [],
    };
  }

  /** Resets the database of a contender. @param {Contender} contender */
  reset(contender) {
    return withClient(this.databaseOf(contender), removePlacedOrders);
  }

  /** Deadlocks of a contender that PostgreSQL has ended. @param {string} name @returns {Promise<number>} */
  deadlocksOf(name) {
    return this.server.deadlocksIn(/** @type {string} */ (this.#databases.get(name)));
  }

  /** Stops and deletes everything, however far the set-up came. */
  async tearDown() {
    for (const process of [...this.#loads.values(), ...this.#servers.values()]) process.stop();
    const server = await this.#starting?.catch(() => undefined);
    await server?.close();
  }
}
