// The table on the terminal, and the number formats of table and report.
import { SCENARIOS } from '../scenarios.mjs';

/** @typedef {import('./medians.mjs').Median} Median */

/** @param {number | undefined} value @param {number} digits */
export const figure = (value, digits) =>
  value === undefined
    ? '–'
    : value.toLocaleString('en-GB', { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** With more than this, the numbers say more about other programs than about ours. */
const FOREIGN_CORES_MAX = 0.1;
/** A median of three rounds tolerates one disturbed round, but not many such medians. */
const DISTURBED_SHARE_MAX = 0.05;

export const HEAD = [
  'contender',
  'clients',
  'per second',
  'lowest–highest',
  'p50 ms',
  'p99 ms',
  'CPU µs',
  'PostgreSQL µs',
  'memory MiB',
  'others, cores',
];

/** @param {Median} median */
export function cellsOf(median) {
  const { contender, clients, perSecond, perSecondMin, perSecondMax, p50Ms, p99Ms } = median;
  return [
    contender,
    String(clients),
    figure(perSecond, 0),
    `${figure(perSecondMin, 0)}–${figure(perSecondMax, 0)}`,
    figure(p50Ms, 2),
    figure(p99Ms, 2),
    figure(median.cpuUs, 0),
    figure(median.postgresCpuUs, 0),
    figure(median.memoryMiB, 0),
    figure(median.foreignCores, 2),
  ];
}

/** The measurements, one part per scenario. @param {import('./medians.mjs').Medians} medians */
export function byScenario(medians) {
  return SCENARIOS.map(({ name, group, title }) => ({
    name,
    title: `${group}: ${title} (${name})`,
    medians: medians.all().filter(({ scenario }) => scenario === name),
  })).filter((part) => part.medians.length > 0);
}

/** @param {string[][]} rows text, with the first column to the left and the others to the right. */
export function alignText(rows) {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  '),
    )
    .join('\n');
}

/** @param {import('./medians.mjs').Medians} medians */
export function printTables(medians) {
  for (const part of byScenario(medians)) {
    console.log(`\n${part.title}\n${alignText([HEAD, ...part.medians.map(cellsOf)])}`);
  }
  console.log(`\n${quietness(medians.foreignCores())}`);
}

/**
 * How reliable the numbers are.
 * @param {number[]} cores that other programs have kept busy, in each measurement.
 */
export function quietness(cores) {
  if (cores.length === 0) return 'How busy the machine was with other programs is not known.';
  const disturbed = cores.filter((busy) => busy > FOREIGN_CORES_MAX).length;
  const found =
    `Other programs kept more than ${FOREIGN_CORES_MAX} cores busy in ${disturbed} of ${cores.length} ` +
    'measurements.';
  const isTooMuch = disturbed / cores.length > DISTURBED_SHARE_MAX;
  return isTooMuch ? `${found} That is too much: measure again on a quiet machine.` : found;
}

/** @param {import('./targets.mjs').Verdict[]} verdicts */
export function printVerdicts(verdicts) {
  if (verdicts.length === 0) return;
  const rows = verdicts.map(({ name, value, wanted, isMet, unit }) => [
    name,
    `${figure(value, 2)}${unit}`,
    wanted,
    isMet ? 'met' : 'NOT MET',
  ]);
  console.log(`\n${alignText([['target', 'measured', 'wanted', ''], ...rows])}`);
}
