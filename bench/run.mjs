// `npm run bench`: measures the service and its baselines in turns, and reports which targets it meets.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { forgetPgVariables } from '#dist/config/pg-variables.js';
import { CONTENDERS } from './contenders/contenders.mjs';
import { planOf } from './measure/plan.mjs';
import { runPlan } from './measure/rounds.mjs';
import { Stage } from './measure/stage.mjs';
import { readOptions } from './options.mjs';
import { writeReport, writeStandby } from './report/markdown.mjs';
import { Medians } from './report/medians.mjs';
import { printTables, printVerdicts } from './report/table.mjs';
import { judge, memoryTarget, TARGETS } from './report/targets.mjs';
import { printScale, writeScale } from './scale/report.mjs';
import { measureScale } from './scale/scale.mjs';
import { soak } from './soak.mjs';
import { measureStandby } from './standby.mjs';

forgetPgVariables();
const options = readOptions(process.argv.slice(2));
const baskets = options.baskets && resolve(options.baskets);
if (baskets && !existsSync(baskets)) {
  console.error(`There is no file ${baskets}.`);
  process.exit(1);
}
const plan = planOf(options);
if (
  plan.length === 0 &&
  options.soakMinutes === undefined &&
  !options.measuresScale &&
  !options.measuresStandby
) {
  console.error('There is nothing to measure: --help tells the names.');
  process.exit(1);
}
const stage = new Stage();

/** On a terminal, a line that the next one replaces. @param {string} text */
const progress = (text) => {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
};

async function runScale() {
  const startedAt = new Date();
  const scale = await measureScale({ isQuick: options.isQuick, progress });
  printScale(scale);
  if (!options.isQuick) console.log(`\nwritten: ${await writeScale(scale, startedAt)}`);
}

async function runStandby() {
  const startedAt = new Date();
  const measured = await measureStandby(stage, options, progress);
  printTables(measured.medians);
  printVerdicts(measured.verdicts);
  if (!options.isQuick) console.log(`\nwritten: ${await writeStandby({ startedAt, options, ...measured })}`);
}

function ask() {
  if (options.measuresScale) return runScale();
  return options.measuresStandby ? runStandby() : run();
}

async function run() {
  const startedAt = new Date();
  const taking = new Set(plan.flatMap(({ contenders }) => contenders.map(({ name }) => name)));
  if (options.soakMinutes) taking.add('service');
  const contenders = CONTENDERS.filter(({ name }) => taking.has(name));
  await stage.setUp(contenders, { baskets, progress });
  const medians = new Medians(await runPlan(stage, plan, { ...options, baskets }, progress));
  if (plan.length > 0) printTables(medians);
  if (plan.length > 0 && !baskets)
    console.log('\nplacing: the baskets of the file\nskipped: name a file with --baskets');
  const soaked = options.soakMinutes ? await soak(stage, options.soakMinutes, console.log) : undefined;
  const verdicts = judge(medians, [...TARGETS, memoryTarget(soaked)]);
  printVerdicts(verdicts);
  if (!options.writesReport) return;
  const { database } = stage;
  const written = await writeReport({
    startedAt,
    options,
    medians,
    verdicts,
    soak: soaked,
    database,
  });
  console.log(`\nwritten: ${written.join(', ')}`);
}

let isEnding = false;

/**
 * Only the first reason counts: later failures may come from stopping everything.
 * @param {number} exitCode
 * @param {unknown} [error]
 */
async function end(exitCode, error) {
  if (isEnding) return;
  isEnding = true;
  progress('');
  if (error) console.error(error instanceof Error ? error.message : error);
  await stage.tearDown().catch(console.error);
  process.exit(exitCode);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void end(130));
ask().then(
  () => end(0),
  (error) => end(1, error),
);
