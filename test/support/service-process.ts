import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pooled } from './pooler.js';

const { TEST_SERVICE_MAIN: MAIN = resolve('dist/main.js') } = process.env;
const SECRET = 'a secret of the tests, longer than 32 characters';
/** Needed in production mode, because the tests' server does not write to the disk. */
const TEST_SERVER = { ALLOW_UNSAFE_DATABASE: 'true' };
const START_DEADLINE_MS = 60_000;

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface LaunchOptions {
  /** The entry file of another copy of the service, instead of the bundle. */
  readonly main?: string;
  /** Flags for Node. */
  readonly flags?: readonly string[];
  /** The id of the user and the group that run it. */
  readonly user?: number;
  /** Whether it leads its own process group, like a command in a terminal. */
  readonly detached?: boolean;
}

/** The built service in a separate process, as its operator would run it. */
export class ServiceProcess {
  readonly exited: Promise<Exit>;
  output = '';
  private hasExited = false;

  private constructor(private readonly child: ChildProcess) {
    const collect = (chunk: Buffer) => (this.output += chunk.toString());
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    this.exited = new Promise((done) => {
      child.once('close', (code, signal) => {
        this.hasExited = true;
        done({ code, signal });
      });
    });
  }

  /**
   * Starts the service with the given variables only, without our
   * own environment, in a folder that is removed with the run.
   */
  static launch(
    variables: Record<string, string> = {},
    givenDir?: string,
    { main = MAIN, flags = [], user, detached = false }: LaunchOptions = {},
  ): ServiceProcess {
    const defaults = { PORT: '0', HOST: '127.0.0.1', JWT_SECRET: SECRET, LOG_FORMAT: 'json', ...TEST_SERVER };
    const env = { PATH: process.env.PATH, ...defaults, ...pooled(variables) };
    const workingDir = givenDir ?? mkdtempSync(join(tmpdir(), 'service-'));
    return new ServiceProcess(
      spawn(process.execPath, [...flags, main], { env, cwd: workingDir, detached, uid: user, gid: user }),
    );
  }

  /** Starts the service and waits until it says that it is ready. */
  static async start(
    variables: Record<string, string> = {},
    workingDir?: string,
    options?: LaunchOptions,
  ): Promise<ServiceProcess> {
    const service = ServiceProcess.launch(variables, workingDir, options);
    await service.says(/is ready at/);
    return service;
  }

  get url(): string {
    return /is ready at (http:\/\/\S+)/.exec(this.output)?.[1] ?? '';
  }

  /** The processes that have logged a request so far. */
  get answering(): number[] {
    const lines = this.output.matchAll(/^\{.*"pid":(\d+).*"msg":"request"/gm);
    return [...new Set([...lines].map(([, pid]) => Number(pid)))];
  }

  /** The URL of the operator's port; empty without METRICS_PORT. */
  get operationsUrl(): string {
    return /metrics are at (http:\/\/[\w.:]+)\/metrics/.exec(this.output)?.[1] ?? '';
  }

  get pid(): number {
    return this.child.pid as number;
  }

  /** Waits until the output matches; fails with the output if the service ends first. */
  async says(pattern: RegExp): Promise<void> {
    const deadline = Date.now() + START_DEADLINE_MS;
    while (!pattern.test(this.output)) {
      if (this.hasExited || Date.now() > deadline) {
        throw new Error(`The service never said ${pattern}:\n${this.output}`);
      }
      await new Promise((done) => setTimeout(done, 10));
    }
  }

  /** Signals its whole process group, as Ctrl-C in a terminal does; it must have been started `detached`. */
  async stopGroup(signal: NodeJS.Signals): Promise<Exit> {
    process.kill(-this.pid, signal);
    return this.exited;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> {
    this.child.kill(signal);
    return this.exited;
  }
}
