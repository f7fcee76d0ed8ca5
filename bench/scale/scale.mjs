// `npm run bench -- --only scale`: whether lists cost more on larger tables.
import { randomBytes } from 'node:crypto';
import { CONTENDERS, ServerProcess } from '../contenders/contenders.mjs';
import { Server, withClient } from '../database/server.mjs';
import { Asker } from './asker.mjs';
import { QUESTIONS } from './questions.mjs';
import { costBetween, readUsage } from '../measure/usage.mjs';
import { LARGE, seedScale, SMALL } from './seed.mjs';

const RATIO_MAX = 1.5;
const WARM_UP_ROUNDS = 30;
/** The sizes alternate with every request, so that other load on the machine affects both. */
const ROUNDS = 200;

/**
 * @typedef {object} Row the medians of one question, in milliseconds.
 * @property {string} title @property {string} path @property {string} caller
 * @property {number} smallMs @property {number} largeMs @property {number} ratio @property {boolean} isMet
 * @property {number} [foreignCores] how many cores were busy with something else.
 *
 * @typedef {{ rows: Row[], database: Record<string, string>, wanted: number }} Scale
 */

/** @param {{ isQuick: boolean, progress: (step: string) => void }} options @returns {Promise<Scale>} */
export async function measureScale({ isQuick, progress }) {
  const sizes = isQuick
    ? [SMALL, { orders: SMALL.orders * 4, products: SMALL.products * 4 }]
    : [SMALL, LARGE];
  const secret = randomBytes(32).toString('hex');
  progress('starting PostgreSQL');
  const server = await Server.start();
  /** @type {ServerProcess[]} */
  const services = [];
  const end = () => services.forEach((service) => service.stop());
  process.once('exit', end);
  try {
    await server.makeTemplate([]);
    for (const size of sizes) {
      progress(`seeding ${size.orders.toLocaleString('en')} orders`);
      const url = await server.makeDatabase(`scale-${size.orders}`);
      await withClient(url, (client) => seedScale(client, size));
      const service = new ServerProcess(
        /** @type {import('../contenders/contenders.mjs').Contender} */ (CONTENDERS[0]),
        url,
        secret,
      );
      services.push(service);
      await service.ready();
    }
    const askers = services.map(({ url }, index) => new Asker(url, secret, sizes[index] ?? SMALL));
    const [small, large] = services.map(({ pid }) => pid);
    const players = { pid: small ?? 0, loadPid: large ?? 0, postgresPids: server.pids };
    const rows = await askAll(askers, { rounds: isQuick ? 20 : ROUNDS, players, progress });
    askers.forEach((asker) => asker.close());
    return { rows, database: await server.describe(), wanted: RATIO_MAX };
  } finally {
    end();
    await server.close();
  }
}

/**
 * @param {Asker[]} askers
 * @param {{ rounds: number, players: import('../measure/usage.mjs').Players,
 *   progress: (step: string) => void }} options
 */
async function askAll(askers, { rounds, players, progress }) {
  for (const asker of askers) {
    for (const question of QUESTIONS) {
      progress(`walking and warming up: ${question.title}`);
      await asker.prepare(question);
    }
    const warmUp = Array.from({ length: WARM_UP_ROUNDS }, () => QUESTIONS).flat();
    for (const question of warmUp) await asker.time(question);
  }
  const rows = [];
  for (const question of QUESTIONS) {
    progress(`${rows.length + 1} of ${QUESTIONS.length}: ${question.title}`);
    const before = readUsage(players);
    const startedAt = performance.now();
    const row = await ask(askers, question, rounds);
    const seconds = (performance.now() - startedAt) / 1000;
    rows.push({ ...row, ...costBetween(before, readUsage(players), rounds, seconds) });
  }
  progress('');
  return rows;
}

/**
 * @param {Asker[]} askers
 * @param {import('./questions.mjs').Question} question
 * @param {number} rounds
 * @returns {Promise<Row>}
 */
async function ask(askers, question, rounds) {
  const times = askers.map(() => /** @type {number[]} */ ([]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, asker] of askers.entries()) {
      times[index]?.push(await asker.time(question));
    }
  }
  const [smallMs = 0, largeMs = 0] = times.map(median);
  const { title, path, caller } = question;
  const ratio = largeMs / smallMs;
  return { title, path, caller, smallMs, largeMs, ratio, isMet: ratio <= RATIO_MAX };
}

/** @param {number[]} values */
function median(values) {
  return Float64Array.from(values).sort()[Math.floor(values.length / 2)] ?? 0;
}
