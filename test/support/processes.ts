import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface FoundProcess {
  readonly pid: number;
  readonly commandLine: string;
}

/** The processes that work in the folder or below it. */
export function processesIn(folder: string): FoundProcess[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && workingDir(pid).startsWith(folder))
    .map((pid) => ({ pid: Number(pid), commandLine: commandLineOf(pid) }));
}

const workingDir = (pid: string) => read(() => readlinkSync(`/proc/${pid}/cwd`));
const commandLineOf = (pid: string) => read(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'));

/** A process that is ending, or that belongs to somebody else, cannot be read. */
function read(fact: () => string): string {
  try {
    return fact();
  } catch {
    return '';
  }
}
