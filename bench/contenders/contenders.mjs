// The service and what it is compared with.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} Contender
 * @property {string} name
 * @property {string} meaning
 * @property {readonly ('placing' | 'listing' | 'reading')[]} groups in which it takes part.
 * @property {number} [onlyClients] the one number of clients for which it takes part.
 * @property {string} [program] of its server; without one it talks to the database itself.
 * @property {Record<string, string>} [variables]
 * @property {boolean} [storesNothing] whether no order may reach the database.
 */

/** @type {readonly Contender[]} */
export const CONTENDERS = [
  {
    name: 'service',
    meaning: 'this service as it is',
    groups: ['placing', 'listing', 'reading'],
    program: '../../dist/main.js',
  },
  {
    name: 'two-workers',
    meaning:
      'this service with WORKERS=2: two processes that answer, and one that hands them the connections',
    groups: ['placing', 'listing', 'reading'],
    program: '../../dist/main.js',
    variables: { WORKERS: '2' },
  },
  {
    name: 'with-metrics',
    meaning: 'this service with METRICS_PORT set, which counts and times everything',
    groups: ['placing', 'listing', 'reading'],
    onlyClients: 32,
    program: '../../dist/main.js',
    variables: { METRICS_PORT: '0' },
  },
  {
    name: 'groups-of-one',
    meaning: 'this service with a transaction per order, seven at once',
    groups: ['placing'],
    program: '../../dist/main.js',
    // All connections that the pool can spare.
    variables: { PLACEMENT_GROUP_MAX: '1', PLACEMENT_LANES: '7' },
  },
  {
    name: 'sql',
    meaning:
      'the same statements from a bare script without HTTP, a transaction per order, a connection per client',
    groups: ['placing'],
  },
  {
    name: 'bare',
    meaning: 'a bare Fastify server with the same checks, statements and answers, which places in groups',
    groups: ['placing', 'listing', 'reading'],
    program: 'bare/main.mjs',
  },
  {
    name: 'pipeline',
    meaning: 'this service with a made-up answer in place of the database',
    groups: ['placing'],
    program: 'pipeline.mjs',
    storesNothing: true,
  },
];

const START_TIMEOUT_MS = 60_000;
const HERE = fileURLToPath(new URL('.', import.meta.url));
/** Node's options of `npm start`, to measure what users run. */
const { scripts } = /** @type {{ scripts: { start: string } }} */ (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
);
const NODE_OPTIONS = scripts.start.split(' ').filter((word) => word.startsWith('--'));
const PRELOAD = new URL('end-with-parent.mjs', import.meta.url).href;

/** The server of a contender, in its own process. */
export class ServerProcess {
  url = '';

  /** @param {Contender} contender @param {string} databaseUrl @param {string} secret */
  constructor({ name, program, variables }, databaseUrl, secret) {
    this.name = name;
    const script = fileURLToPath(new URL(program ?? '', import.meta.url));
    this.child = spawn(process.execPath, [...NODE_OPTIONS, '--import', PRELOAD, script], {
      // In a folder without .env, which would change what is measured.
      cwd: HERE,
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      env: {
        PATH: process.env.PATH,
        HOST: '127.0.0.1',
        PORT: '0',
        DATABASE_URL: databaseUrl,
        JWT_SECRET: secret,
        // The request log would be measured too, and the bare server has none.
        LOG_LEVEL: 'warn',
        ...variables,
      },
    });
  }

  get pid() {
    return /** @type {number} */ (this.child.pid);
  }

  /** Waits until the server says where it listens. @returns {Promise<void>} */
  ready() {
    return new Promise((resolve, reject) => {
      const fail = () => reject(new Error(`The server of "${this.name}" did not start.`));
      const timer = setTimeout(fail, START_TIMEOUT_MS);
      this.child.once('exit', fail);
      let output = '';
      this.child.stdout?.on('data', (chunk) => {
        output += chunk;
        this.url ||= /is ready at (http:\/\/\S+)/.exec(output)?.[1] ?? '';
        if (!this.url) return;
        clearTimeout(timer);
        this.child.off('exit', fail);
        resolve();
      });
    });
  }

  stop() {
    this.child.kill('SIGKILL');
  }
}
