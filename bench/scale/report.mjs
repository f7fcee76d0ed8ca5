import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import prettier from 'prettier';
import { machineTable, revision, ROOT } from '../report/markdown.mjs';
import { quietness } from '../report/table.mjs';
import { LARGE, SMALL } from './seed.mjs';

const REPORT = 'bench/SCALE.md';
const HEAD = ['asked by', 'what', 'ms at 10,000', 'ms at 1,000,000', 'ratio'];

/** @param {import('./scale.mjs').Row} row */
const cellsOf = ({ caller, title, smallMs, largeMs, ratio, isMet }) => [
  caller === 'half' || caller === 'hundred' ? 'customer' : caller,
  title,
  smallMs.toFixed(2),
  largeMs.toFixed(2),
  isMet ? ratio.toFixed(2) : `**${ratio.toFixed(2)}**`,
];

/** @param {import('./scale.mjs').Row[]} rows */
const coresOf = (rows) => rows.flatMap(({ foreignCores }) => foreignCores ?? []);

/** @param {import('./scale.mjs').Scale} scale */
export function printScale({ rows, wanted }) {
  for (const row of rows) {
    const [caller = '', title = '', small = '', large = ''] = cellsOf(row);
    const verdict = row.isMet ? '' : '  NOT MET';
    console.log(
      `${caller.padEnd(9)} ${title.padEnd(62)} ${small.padStart(8)} ${large.padStart(8)} ` +
        `${row.ratio.toFixed(2).padStart(6)}${verdict}`,
    );
  }
  const met = rows.filter(({ isMet }) => isMet).length;
  console.log(`\n${met} of ${rows.length} take at most ${wanted} times as long. ${quietness(coresOf(rows))}`);
}

/**
 * @param {import('./scale.mjs').Scale} scale
 * @param {Date} startedAt
 * @returns {Promise<string>} the file written.
 */
export async function writeScale({ rows, database, wanted }, startedAt) {
  const [small, large] = [SMALL, LARGE].map(
    ({ orders, products }) =>
      `${orders.toLocaleString('en')} orders and ${products.toLocaleString('en')} products`,
  );
  const line = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`;
  const text = `# Lists at scale

Made by \`npm run bench -- --only scale\` on ${startedAt.toISOString().slice(0, 10)}${revision()}; do not edit. The same questions to two services, one over ${small}, one over ${large}, each with 2.5 lines an order. Products grow in proportion; who is asked about does not: the customer with 100 orders has 100 in both. Medians of the time until one client had the whole answer; the sizes took turns. Wanted: at most ${wanted} times as long at 1,000,000.

${machineTable(database)}

Met by ${rows.filter(({ isMet }) => isMet).length} of ${rows.length}. ${quietness(coresOf(rows))}

${[HEAD, HEAD.map((_, column) => (column < 2 ? '---' : '--:')), ...rows.map(cellsOf)].map(line).join('\n')}`;
  const path = fileURLToPath(new URL(REPORT, ROOT));
  const style = await prettier.resolveConfig(path);
  writeFileSync(path, await prettier.format(text, { ...style, parser: 'markdown' }));
  return REPORT;
}
