import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { pooled } from './pooler.js';

const run = promisify(execFile);

/** Runs a built command of `src/cli`, as `npm run` would, and returns its output. */
export async function runCommand(
  command: string,
  { args = [], variables = {}, workingDir = tmpdir() }: CommandOptions = {},
): Promise<string> {
  const env = { PATH: process.env.PATH, ...pooled(variables) };
  const program = resolve(`dist/cli/${command}.js`);
  const { stdout } = await run(process.execPath, [program, ...args], { cwd: workingDir, env });
  return stdout;
}

interface CommandOptions {
  readonly args?: readonly string[];
  readonly variables?: Record<string, string>;
  readonly workingDir?: string;
}
