import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { programOf } from './packages.mjs';
import { Program } from './programs.mjs';
import { waitFor } from './stage.mjs';

const CONFIGURATION = resolve('deploy/haproxy/haproxy.cfg');
const MAIN = resolve('dist/main.js');
const START_MS_MAX = 60_000;

/** HAProxy, in front of the services and of the database. */
export function startHaproxy(stage, { address, services, nodes }) {
  const [SERVICE_ONE, SERVICE_TWO] = services;
  const [NODE_ONE, NODE_TWO, NODE_THREE] = nodes;
  const program = new Program(stage, {
    name: 'haproxy',
    command: programOf('haproxy'),
    args: ['-f', CONFIGURATION],
    folder: stage.folderFor('haproxy'),
    variables: {
      HTTP_ADDRESS: address,
      DATABASE_ADDRESS: address,
      ...{ SERVICE_ONE, SERVICE_TWO, NODE_ONE, NODE_TWO, NODE_THREE },
    },
  });
  stage.finallyDo(() => program.end('SIGKILL'));
  return program;
}

/** Waits until there is a service that is ready at an address. */
export async function servesAt({ signal }, url) {
  const isReady = async () => (await fetch(`${url}/health/ready`)).ok;
  await waitFor(`the service is ready at ${url}`, isReady, { timeoutMs: START_MS_MAX, signal });
}

/** A service of the built product at an address of its own. */
export class Service {
  #program;
  #stage;

  constructor(stage, { name, address, variables }) {
    Object.assign(this, { name, address });
    this.#stage = stage;
    this.setup = {
      name,
      command: process.execPath,
      args: [MAIN],
      folder: stage.folderFor(name),
      variables: { HOST: address, PORT: '8000', LOG_FORMAT: 'json', LOG_LEVEL: 'warn', ...variables },
    };
    stage.finallyDo(() => this.#program?.stop());
  }

  /** Returns when it is ready. */
  async start() {
    this.#program = new Program(this.#stage, this.setup);
    await servesAt(this.#stage, `http://${this.address}:8000`);
  }

  /** Stops it in good order. @returns {Promise<number | null>} its exit code. */
  async stop() {
    await this.#program.stop(30_000);
    return (await this.#program.exited).code;
  }
}

/** What both services have in common. */
export function serviceVariables({ databaseUrl, proxy }) {
  return {
    DATABASE_URL: databaseUrl,
    JWT_SECRET: randomBytes(32).toString('hex'),
    ACCESS_TOKEN_TTL: '86400',
    ADMIN_SIGNUP: 'open',
    TRUST_PROXY: proxy,
    STOP_DELAY_MS: '3000',
  };
}
