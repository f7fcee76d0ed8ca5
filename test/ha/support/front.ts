import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { programOf } from './packages.js';
import { Program, type ProgramSetup } from './programs.js';
import { type Stage, waitFor } from './stage.js';

const CONFIGURATION = resolve('deploy/haproxy/haproxy.cfg');
const MAIN = resolve('dist/main.js');
const START_MS_MAX = 60_000;

interface Backends {
  readonly address: string;
  readonly services: readonly [string, string];
  readonly nodes: readonly [string, string, string];
}

/** HAProxy, in front of the services and of the database. */
export function startHaproxy(stage: Stage, { address, services, nodes }: Backends): void {
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
}

/** Waits until a service at an address is ready. */
export async function servesAt({ signal }: Stage, url: string): Promise<void> {
  const isReady = async () => (await fetch(`${url}/health/ready`)).ok;
  await waitFor(`the service is ready at ${url}`, isReady, { timeoutMs: START_MS_MAX, signal });
}

interface ServiceSetup {
  readonly name: string;
  readonly address: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** A built service at its own address. */
export class Service {
  readonly name: string;
  readonly #stage: Stage;
  readonly #url: string;
  readonly #setup: ProgramSetup;
  #program: Program | undefined;

  constructor(stage: Stage, { name, address, variables }: ServiceSetup) {
    this.name = name;
    this.#stage = stage;
    this.#url = `http://${address}:8000`;
    this.#setup = {
      name,
      command: process.execPath,
      args: [MAIN],
      folder: stage.folderFor(name),
      variables: { HOST: address, PORT: '8000', LOG_FORMAT: 'json', LOG_LEVEL: 'warn', ...variables },
    };
    stage.finallyDo(() => this.#program?.stop());
  }

  /** Resolves when it is ready. */
  async start(): Promise<void> {
    this.#program = new Program(this.#stage, this.#setup);
    await servesAt(this.#stage, this.#url);
  }

  /** Stops it cleanly. @returns its exit code. */
  async stop(): Promise<number | null | undefined> {
    await this.#program?.stop(30_000);
    return (await this.#program?.exited)?.code;
  }
}

/** The variables that both services share. */
export function serviceVariables({ databaseUrl, proxy }: { databaseUrl: string; proxy: string }) {
  return {
    DATABASE_URL: databaseUrl,
    JWT_SECRET: randomBytes(32).toString('hex'),
    ACCESS_TOKEN_TTL: '86400',
    ADMIN_SIGNUP: 'open',
    TRUST_PROXY: proxy,
    STOP_DELAY_MS: '3000',
  };
}
