import { parseArgs } from 'node:util';

const OPTIONS = { clients: [16, 256], restarts: [2, 50], failovers: [3, 20] };

const HELP = `npm run test:failover -- [options]

  --clients N     buyers, 0 to 256 (16)
  --restarts N    how often each service is restarted, 0 to 50 (2)
  --failovers N   how often the primary is killed, 0 to 20 (3)`;

/** What the command line asks for; a mistake in it ends the script. @param {string[]} args */
export function readOptions(args) {
  try {
    const options = Object.keys(OPTIONS).map((name) => [name, { type: /** @type {const} */ ('string') }]);
    const { values } = parseArgs({ args, options: Object.fromEntries(options) });
    return Object.fromEntries(
      Object.entries(OPTIONS).map(([name, [standard, max]]) => [name, integer(values[name], standard, max)]),
    );
  } catch {
    console.error(HELP);
    process.exit(1);
  }
}

function integer(text, standard, max) {
  const value = Number(text ?? standard);
  if (Number.isInteger(value) && value >= 0 && value <= max) return value;
  throw new Error();
}
