import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { childEnvironment } from '../src/config/child-environment.js';
import { NEVER, now, waitUntil } from './clock.js';
import { FaultProxy } from './fault-proxy.js';

const START_MS_MAX = 60_000;
const STOP_MS_MAX = 15_000;

export interface ServiceSetup {
  /** Its name in logs and messages. */
  readonly name: string;
  /** The built main file. */
  readonly main: string;
  /** Its working directory; its log is written there. */
  readonly folder: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly databaseUrl: string;
}

/** One process of the service, with its own proxy to the database. */
export class StormedService {
  /** Changes when the process restarts; empty until it serves. */
  url = '';
  private startedProxy: FaultProxy | undefined;
  private child: ChildProcess | undefined;
  private isMeantToEnd = false;
  private killedAt = -Infinity;
  private servesSince = -Infinity;

  /** @param onDeath called if the process ends by itself. */
  constructor(
    private readonly setup: ServiceSetup,
    private readonly onDeath: (how: string) => void,
  ) {}

  get name(): string {
    return this.setup.name;
  }

  get proxy(): FaultProxy {
    if (!this.startedProxy) throw new Error('The service has not been started.');
    return this.startedProxy;
  }

  /** Starts the proxy and the process, and waits until it serves. */
  async start(): Promise<void> {
    this.startedProxy = await FaultProxy.start(this.setup.databaseUrl);
    await this.launch();
  }

  /** Starts the process, for the first time or again, and waits until it serves. */
  async launch(): Promise<void> {
    const { name, main, folder, variables } = this.setup;
    const env = { ...childEnvironment(), ...variables, DATABASE_URL: this.proxy.url };
    // In its own process group, so that Ctrl-C only reaches the storm, which then stops it gracefully.
    const child = spawn(process.execPath, [main], { cwd: folder, env, detached: true });
    const closed = once(child, 'close');
    this.child = child;
    this.isMeantToEnd = false;
    child.once('exit', (code, signal) => {
      if (!this.isMeantToEnd) this.onDeath(`process ${name} ended by itself (${signal ?? code})`);
    });
    let [output, url] = ['', ''];
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        appendFileSync(join(folder, `${name}.log`), chunk);
        if (url !== '') return;
        output += chunk.toString();
        url = /is ready at (http:\/\/[\w.:]+)/.exec(output)?.[1] ?? '';
      });
    await waitUntil(() => url !== '' || this.hasEnded, START_MS_MAX, NEVER);
    // Output may arrive after the exit of a process.
    if (this.hasEnded) await closed;
    if (url === '') throw new Error(`Process ${name} did not start:\n${output}`);
    this.url = url;
    this.servesSince = now();
  }

  /** Whether the process was down, or came up, after this moment. */
  wasDownAfter(moment: number): boolean {
    return this.servesSince >= moment || this.killedAt > this.servesSince;
  }

  /** Ends the process without notice, as a power failure would. */
  async kill(): Promise<void> {
    this.killedAt = now();
    await this.end('SIGKILL');
  }

  /** Stops the process gracefully. @returns whether it ended in time. */
  async stop(): Promise<boolean> {
    const ending = this.end('SIGTERM');
    const isInTime = await waitUntil(() => this.hasEnded, STOP_MS_MAX, NEVER);
    if (!isInTime) await this.kill();
    await ending;
    this.startedProxy?.stop();
    return isInTime;
  }

  /** For the exit of our own process, which cannot wait. */
  killAtOnce(): void {
    this.isMeantToEnd = true;
    this.child?.kill('SIGKILL');
  }

  private get hasEnded(): boolean {
    return !this.child || this.child.exitCode !== null || this.child.signalCode !== null;
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    if (!this.child || this.hasEnded) return;
    this.isMeantToEnd = true;
    const ended = once(this.child, 'exit');
    this.child.kill(signal);
    await ended;
  }
}
