import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { until } from './database.js';

/** A running receiver of docs/clients.md and its output. */
export class Receiver {
  output = '';
  private readonly child: ChildProcess;

  constructor(command: string, file: string, secret: string) {
    const env = { PATH: process.env.PATH, WEBHOOK_SECRET: secret, PORT: '0' };
    this.child = spawn(command, [file], { cwd: dirname(file), env });
    const collect = (chunk: Buffer) => (this.output += chunk.toString());
    this.child.stdout?.on('data', collect);
    this.child.stderr?.on('data', collect);
  }

  async says(pattern: RegExp): Promise<RegExpExecArray> {
    await until(`the receiver says ${pattern}`, () => Promise.resolve(pattern.test(this.output)));
    return pattern.exec(this.output) as RegExpExecArray;
  }

  /** @returns the status of its response. */
  async gets(text: string, headers: Record<string, string>): Promise<number> {
    const [, port] = await this.says(/listening on (\d+)/);
    const signal = AbortSignal.timeout(5_000);
    const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: text, headers, signal });
    return answer.status;
  }

  /** The events that it has processed, as `id type resource`. */
  get dealtWith(): string[] {
    return [...this.output.matchAll(/^(\d+ [a-z.]+ \d+)$/gm)].map(([, line]) => line as string);
  }

  hasDone(id: number): Promise<unknown> {
    return this.says(new RegExp(`^done: evt_${id}$`, 'm'));
  }

  async kill(): Promise<void> {
    if (this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'close');
  }
}
