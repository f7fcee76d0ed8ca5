// The report, generated from the numbers of one run.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, platform, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import prettier from 'prettier';
import { CONTENDERS } from '../contenders/contenders.mjs';
import { drawChart } from './chart.mjs';
import { byScenario, cellsOf, figure, HEAD, quietness } from './table.mjs';

const REPORT = 'bench/RESULTS.md';
const STANDBY = 'bench/STANDBY.md';
const CHART = 'bench/results.svg';
export const ROOT = new URL('../../', import.meta.url);
const PACKAGES = ['@nestjs/core', 'fastify', 'typeorm', 'pg', 'autocannon'];

/**
 * @typedef {object} Run
 * @property {Date} startedAt
 * @property {ReturnType<import('../options.mjs').readOptions>} options
 * @property {import('./medians.mjs').Medians} medians
 * @property {import('./targets.mjs').Verdict[]} verdicts
 * @property {import('../soak.mjs').Soak | undefined} soak
 * @property {Record<string, string>} database
 */

/** @param {Run} run @returns {Promise<string[]>} the files written. */
export async function writeReport(run) {
  const parts = [head(run), machine(run), targets(run), contenders(), measurements(run), memory(run)];
  writeFileSync(new URL(CHART, ROOT), drawChart(run.medians));
  return [await write(REPORT, parts), CHART];
}

/** @param {Omit<Run, 'soak'>} run @returns {Promise<string>} the file written. */
export async function writeStandby(run) {
  const day = run.startedAt.toISOString().slice(0, 10);
  const head = `# Placing with a synchronous standby

Made by \`npm run bench -- --only standby\` on ${day}${revision()}; do not edit. Every COMMIT waits until a second PostgreSQL on the same machine has it on its disk: checked in \`pg_stat_replication\` before and after. Medians of ${run.options.rounds} rounds of about ${run.options.seconds} s each, in which the contenders took turns; every order acknowledged was in the database, once, and the stock added up. PostgreSQL's processor time is that of both servers.`;
  return write(STANDBY, [
    head,
    machineTable(run.database),
    quietness(run.medians.foreignCores()),
    targets(run),
    tables(run.medians),
  ]);
}

/** @param {string} file @param {string[]} parts @returns {Promise<string>} the file. */
async function write(file, parts) {
  const path = fileURLToPath(new URL(file, ROOT));
  const style = await prettier.resolveConfig(path);
  writeFileSync(path, await prettier.format(parts.join('\n\n'), { ...style, parser: 'markdown' }));
  return file;
}

/** @param {Run} run */
function head({ startedAt, options }) {
  const day = startedAt.toISOString().slice(0, 10);
  return `# Results

Made by \`npm run bench\` on ${day}${revision()}; do not edit. Medians of ${options.rounds} rounds of about ${options.seconds} s each, in which the contenders took turns. Every answer had the status that it should have; after each measurement of placing, every order acknowledged was in the database, once, and the stock added up.

![Orders per second by clients](results.svg)`;
}

export function revision() {
  try {
    const git = (/** @type {string[]} */ ...args) =>
      execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
    return (
      ' from commit ' +
      `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', '--', 'src') ? ' with changes' : ''}`
    );
  } catch {
    return '';
  }
}

/** The machine and all versions. @param {Record<string, string>} database what it says of itself */
export function machineTable({ server_version, fsync, synchronous_commit, shared_buffers }) {
  const [cpu] = cpus();
  const memoryGib = (totalmem() / 2 ** 30).toFixed(1);
  /** @type {Record<'dependencies' | 'devDependencies', Record<string, string>>} */
  const { dependencies, devDependencies } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8'));
  const versions = PACKAGES.map((name) => `${name} ${dependencies[name] ?? devDependencies[name]}`);
  return `| | |
|---|---|
| machine | ${cpu?.model.trim()}, ${cpus().length} cores, ${memoryGib} GiB, ${platform()} ${release()} |
| Node.js | ${process.version} |
| PostgreSQL | ${server_version}; fsync ${fsync}, synchronous_commit ${synchronous_commit}, shared_buffers ${shared_buffers} |
| packages | ${versions.join(', ')} |`;
}

/** @param {Run} run */
function machine({ database, medians }) {
  return `${machineTable(/** @type {any} */ (database))}

Nothing is pinned: the contender (one process, or where it says so, two workers), PostgreSQL and the load generator share these cores. ${quietness(medians.foreignCores())} The service runs with its defaults but for \`LOG_LEVEL=warn\`, since the bare server has no request log.`;
}

/** @param {Pick<Run, 'verdicts'>} run */
function targets({ verdicts }) {
  const rows = verdicts.map(
    ({ name, value, wanted, isMet, unit }) =>
      `| ${name} | ${figure(value, 2)}${unit} | ${wanted} | ${isMet ? 'met' : '**not met**'} |`,
  );
  return `## Targets

| ratio | measured | wanted | |
|---|--:|--:|---|
${rows.join('\n')}`;
}

function contenders() {
  const rows = CONTENDERS.map(({ name, meaning }) => `- **${name}**: ${meaning}`);
  return `## Who was measured\n\n${rows.join('\n')}`;
}

/** @param {Run} run */
function measurements({ medians, options }) {
  const skipped = '### placing: the baskets of the file (file)\n\nSkipped: no file was named.';
  return `## Measurements

CPU and PostgreSQL: processor time per request of the contender's process and of all of PostgreSQL. Memory: the most that the process has held up to then. Others: cores that other programs kept busy meanwhile. Every measurement starts with 100,000 orders in the table.

${tables(medians)}${options.baskets ? '' : `\n\n${skipped}`}`;
}

/** @param {import('./medians.mjs').Medians} medians */
function tables(medians) {
  const align = HEAD.map((_, column) => (column === 0 ? '---' : '--:'));
  const table = (/** @type {string[][]} */ rows) => rows.map((row) => `| ${row.join(' | ')} |`).join('\n');
  return byScenario(medians)
    .map(({ title, medians: part }) => `### ${title}\n\n${table([HEAD, align, ...part.map(cellsOf)])}`)
    .join('\n\n');
}

/** @param {Run} run */
function memory({ soak }) {
  if (!soak) return '## Memory over time\n\nNot measured in this run.';
  const samples = soak.samples.map(
    ({ minute, memoryMiB }) => `${minute.toFixed(1)}: ${memoryMiB.toFixed(0)}`,
  );
  return `## Memory over time

${figure(soak.orders, 0)} orders by 32 clients in ${soak.minutes} minutes. Minutes and MiB: ${samples.join(', ')}.`;
}
