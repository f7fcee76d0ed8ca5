// The PostgreSQL of a run: an embedded one in a temporary folder, or the one that BENCH_DATABASE_URL names.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { EmbeddedPostgres } from '#dist/database/embedded/embedded-postgres.js';
import { runMigrations } from '#dist/database/migrator.js';
import { TYPES } from '#dist/database/session-client.js';
import { seedCatalogue } from './seed.mjs';
import { isSynchronous, Standby } from './standby.mjs';

/** Everything else is as the service sets it: a commit is on disk. */
const SETTINGS = { max_connections: '250' };
const TEMPLATE = 'bench_template';

export class Server {
  /** @type {string[]} */
  #databases = [];

  /**
   * @param {string} url of any database on the server
   * @param {number[]} pids of its first process and of its standby's, where it is ours
   * @param {() => Promise<void>} stop
   */
  constructor(url, pids, stop) {
    this.url = url;
    this.pids = pids;
    this.stop = stop;
  }

  /** @param {{ hasStandby?: boolean }} [options] */
  static async start({ hasStandby = false } = {}) {
    const { BENCH_DATABASE_URL } = process.env;
    if (BENCH_DATABASE_URL && hasStandby)
      throw new Error('The server with a standby is one of our own: unset BENCH_DATABASE_URL.');
    if (BENCH_DATABASE_URL) return new Server(BENCH_DATABASE_URL, [], () => Promise.resolve());
    const dataDir = await mkdtemp(join(tmpdir(), 'mini-order-system-bench-'));
    /** @type {EmbeddedPostgres | undefined} */
    let server;
    /** @type {Standby | undefined} */
    let standby;
    const stop = async () => {
      await server?.stop();
      // After the server, whose shutdown waits until the standby has everything.
      await standby?.stop();
      await rm(dataDir, { recursive: true, force: true });
    };
    try {
      server = await EmbeddedPostgres.start({ dataDir, progress: () => undefined, settings: SETTINGS });
      const { url } = server;
      const clusterDir = join(dataDir, 'postgres');
      const pid = parseInt(await readFile(join(clusterDir, 'postmaster.pid'), 'utf8'));
      if (!hasStandby) return new Server(url, [pid], stop);
      standby = await withClient(url, (client) => Standby.start(client, url, clusterDir, SETTINGS));
      return new Server(url, [pid, standby.pid], stop);
    } catch (error) {
      await stop();
      throw error;
    }
  }

  /** Whether a standby also has every COMMIT on disk before it is answered. */
  isSynchronous() {
    return withClient(this.url, isSynchronous);
  }

  /** Makes PostgreSQL look for deadlocks before the service stops waiting for a lock. */
  async detectDeadlocks() {
    await this.#asAdmin(`ALTER SYSTEM SET deadlock_timeout = '20ms'`);
    await this.#asAdmin('SELECT pg_reload_conf()');
  }

  /** How many deadlocks PostgreSQL has ended in a database. @param {string} url */
  async deadlocksIn(url) {
    const [, name] = new URL(url).pathname.split('/');
    // Sessions count for themselves, and report when they end.
    await this.#asAdmin(
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '${name}'`,
    );
    /** @type {import('pg').QueryResult<{ deadlocks: number }>} */
    const { rows } = await this.#asAdmin(`SELECT deadlocks FROM pg_stat_database WHERE datname = '${name}'`);
    return Number(rows[0]?.deadlocks);
  }

  /**
   * Creates the database that all others are copied from. Returns its URL.
   * @param {import('../baskets.mjs').FileProduct[]} fileProducts
   */
  async makeTemplate(fileProducts) {
    await this.#create(TEMPLATE);
    const url = this.#urlOf(TEMPLATE);
    await runMigrations(url);
    await withClient(url, (client) => seedCatalogue(client, fileProducts));
    return url;
  }

  /** A copy of the template. @param {string} owner @returns {Promise<string>} its URL. */
  async makeDatabase(owner) {
    const name = `bench_${owner.replaceAll('-', '_')}`;
    await this.#create(name, TEMPLATE);
    return this.#urlOf(name);
  }

  /** @returns {Promise<Record<string, string>>} what the server says of itself. */
  async describe() {
    const names = ['server_version', 'fsync', 'synchronous_commit', 'shared_buffers'];
    return withClient(this.#urlOf('postgres'), async (client) => {
      /** @type {import('pg').QueryResult<{ name: string, value: string }>} */
      const { rows } = await client.query(
        'SELECT name, current_setting(name) AS value FROM unnest($1::text[]) AS name',
        [names],
      );
      return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
    });
  }

  /** Drops what this run has created, and stops the server if it is ours. */
  async close() {
    if (this.pids.length === 0) {
      for (const name of this.#databases) await this.#asAdmin(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    }
    await this.stop();
  }

  /** @param {string} name @param {string} [template] */
  async #create(name, template) {
    await this.#asAdmin(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await this.#asAdmin(`CREATE DATABASE ${name} ${template ? `TEMPLATE ${template}` : ''}`);
    this.#databases.push(name);
  }

  /** @param {string} sql */
  #asAdmin(sql) {
    return withClient(this.#urlOf('postgres'), (client) => client.query(sql));
  }

  /** @param {string} database */
  #urlOf(database) {
    return Object.assign(new URL(this.url), { pathname: `/${database}` }).href;
  }
}

/**
 * @template T
 * @param {string} url @param {(client: pg.Client) => Promise<T>} work
 */
export async function withClient(url, work) {
  const client = new pg.Client({ connectionString: url, types: TYPES });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
