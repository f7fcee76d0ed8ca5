import type { Findings } from './check-history.js';
import { groupBy } from './group-by.js';
import type { FaultRecord, History } from './history.js';
import { STORM_PROMISES, type Violation } from './violation.js';

export interface Verdict {
  readonly hasPassed: boolean;
  /** For a person to read. */
  readonly text: string;
}

export interface StormFacts {
  readonly seed: number;
  readonly clients: number;
  readonly seconds: number;
  /** Whether it was ended early. */
  readonly wasStopped: boolean;
}

/** The most violations listed per promise. */
const LISTED_MAX = 20;

/** A storm passes if it kept every promise and sold something. */
export function giveVerdict(facts: StormFacts, history: History, findings: Findings): Verdict {
  const hasPassed = findings.violations.length === 0 && findings.acknowledged > 0;
  const broken = groupBy(findings.violations, ({ promise }) => promise);
  const promises = Object.entries(STORM_PROMISES).flatMap(([promise, meaning]) => {
    const violations = broken.get(promise as Violation['promise']) ?? [];
    return [
      `  ${violations.length === 0 ? 'kept  ' : 'BROKEN'} ${promise} ${meaning}`,
      ...listed(violations),
    ];
  });
  const lines = [
    `${hasPassed ? 'PASSED' : 'FAILED'} seed ` +
      `${facts.seed}${facts.wasStopped ? ', stopped before its time' : ''}`,
    ...(findings.acknowledged > 0 ? [] : ['  no order was acknowledged, so nothing was shown']),
    ...promises,
    `${facts.seconds.toFixed(1)} s, ${facts.clients} clients, 2 processes`,
    `requests: ${history.calls}, of which ${history.busyCalls} were answered 503 and ` +
      `${history.lostCalls} not at all; the slowest took ${Math.round(history.slowestCallMs)} ms`,
    `orders: ${counts(findings)}`,
    `holds: ${findings.expired} expired, units lost to an expiry: ${findings.unitsLost}, returned ` +
      `twice: ${findings.returnedTwice}`,
    `drops: sold beyond a limit: ${findings.soldBeyondLimit}, sold outside a sale: ` +
      `${findings.soldOutsideSale}`,
    findings.events,
    findings.webhooks,
    `keys: ${findings.restocks} restocks, ${history.creations.length} products created; restocks ` +
      `doubled: ${findings.restocksDoubled}, products doubled: ${findings.productsDoubled}`,
    ...[...groupBy(history.faults, ({ kind }) => kind)].map(
      ([kind, same]) => `fault ${faultLine(kind, same)}`,
    ),
  ];
  return { hasPassed, text: lines.join('\n') };
}

function listed(violations: readonly Violation[]): string[] {
  const more = violations.length - LISTED_MAX;
  return [
    ...violations.slice(0, LISTED_MAX).map(({ text }) => `         - ${text}`),
    ...(more > 0 ? [`         - and ${more} more`] : []),
  ];
}

function counts({ acknowledged, refused, unknown, lost, doubled, cancelled }: Findings): string {
  return (
    `${acknowledged} acknowledged, ${refused} refused, ${unknown} unknown, ` +
    `${lost} lost, ${doubled} doubled, ${cancelled} cancelled`
  );
}

function faultLine(kind: string, faults: readonly FaultRecord[]): string {
  const times = faults.map(({ servedAfterMs }) =>
    servedAfterMs === undefined ? '–' : Math.round(servedAfterMs),
  );
  return `${kind}: ${faults.length} ×, served again after ${times.join(', ')} ms`;
}
