import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { childEnvironment } from '#dist/config/child-environment.js';
import type { Stage } from './stage.js';
import type { Trade } from './trade.js';

const LISTED_MAX = 20;
const LINE_MAX = 200;

export interface Verdict {
  readonly promise: string;
  readonly faults: readonly string[];
  readonly facts: string;
}

/** The result of a trade: its own faults and those found in the database. */
export async function tradeVerdict(
  promise: string,
  trade: Trade,
  databaseUrl: string,
  faults: readonly string[],
): Promise<Verdict> {
  const { violations, events, ...counts } = await trade.compare(databaseUrl);
  const { calls, busyCalls, lostCalls, slowestCallMs } = trade.history;
  const nothing = counts.acknowledged === 0 ? ['no order was acknowledged, so nothing was shown'] : [];
  return {
    promise,
    faults: [...faults, ...nothing, ...violations.map(({ promise: id, text }) => `${id}: ${text}`)],
    facts:
      `${calls} requests, ${busyCalls} answered 503, ${lostCalls} not at all, the slowest in ` +
      `${Math.round(slowestCallMs)} ms; orders: ` +
      Object.entries(counts)
        .map(([what, count]) => `${count} ${what}`)
        .join(', ') +
      `; ${events}`,
  };
}

/** The result of `npm run audit`. */
export async function auditOf(databaseUrl: string): Promise<Verdict> {
  const env = { ...childEnvironment(), DATABASE_URL: databaseUrl };
  const audit = promisify(execFile)(process.execPath, [resolve('dist/cli/audit.js')], { env });
  const { stdout, code = 0 } = (await audit.catch((error: unknown) => error)) as {
    stdout: string;
    code?: number;
  };
  return {
    promise: 'the stock adds up (npm run audit)',
    faults: code === 0 ? [] : [`exit code ${code}`],
    facts: stdout.replace(/\s+/g, ' ').trim().slice(0, LINE_MAX),
  };
}

/** Prints the verdicts. @returns whether every promise was kept. */
export function judged(stage: Stage, verdicts: readonly Verdict[]): boolean {
  for (const { promise, faults, facts } of verdicts) {
    stage.tell(`${faults.length === 0 ? 'kept  ' : 'BROKEN'} ${promise}`);
    stage.tell(`         ${facts}`);
    for (const fault of faults.slice(0, LISTED_MAX)) stage.tell(`       - ${fault}`);
    if (faults.length > LISTED_MAX) stage.tell(`       - and ${faults.length - LISTED_MAX} more`);
  }
  const hasPassed = verdicts.every(({ faults }) => faults.length === 0);
  stage.tell(hasPassed ? 'PASSED' : 'FAILED');
  return hasPassed;
}
