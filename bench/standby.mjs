// `npm run bench -- --only standby`: placing orders while every COMMIT waits for a standby's disk.
import { CONTENDERS } from './contenders/contenders.mjs';
import { runPlan } from './measure/rounds.mjs';
import { Medians } from './report/medians.mjs';
import { judge, standbyTargets } from './report/targets.mjs';
import { scenarioOf } from './scenarios.mjs';

const CLIENTS = 32;

/**
 * @param {import('./measure/stage.mjs').Stage} stage
 * @param {{ rounds: number, seconds: number, baskets: string | undefined }} options
 * @param {(text: string) => void} progress
 */
export async function measureStandby(stage, options, progress) {
  const hot = comparison('hot', ['service', 'groups-of-one', 'sql']);
  const opposite = comparison('opposite', ['two-workers']);
  const contenders = [...hot.contenders, ...opposite.contenders];
  await stage.setUp(contenders, { baskets: undefined, hasStandby: true, progress });
  await assertSynchronous(stage);
  const rates = await runPlan(stage, [hot], options, progress);
  // Only now, because looking for deadlocks would slow the baselines down.
  await stage.server.detectDeadlocks();
  const medians = new Medians([...rates, ...(await runPlan(stage, [opposite], options, progress))]);
  await assertSynchronous(stage);
  const verdicts = judge(medians, standbyTargets(await stage.deadlocksOf('two-workers')));
  return { medians, verdicts, database: stage.database };
}

/**
 * @param {string} scenario
 * @param {string[]} names of contenders
 * @returns {import('./measure/plan.mjs').Comparison}
 */
function comparison(scenario, names) {
  const contenders = CONTENDERS.filter(({ name }) => names.includes(name));
  return { scenario: scenarioOf(scenario), clients: CLIENTS, contenders };
}

/** @param {import('./measure/stage.mjs').Stage} stage */
async function assertSynchronous(stage) {
  if (!(await stage.server.isSynchronous())) throw new Error('COMMIT does not wait for the standby.');
}
